// A yamux session as a machine (spec/rpc.md, section 2): bytes come in, frames go out, and it is told the time. It never throws
// for what comes in: what breaks the protocol ends the session, with a reason. What it keeps is bounded: what comes in by the
// windows, the streams by their number, and what goes out is fetched frame by frame, by whoever has room for it.

import { Keepalive } from '../../sockets/keepalive.js';
import { type DataFrame, Flag, FrameType, GoAway, HEADER_BYTES, type Header, joinFrames, shortFrame } from './frame.js';
import { FrameReader, type FrameSink } from './frame-reader.js';
import { type StreamHost, type StreamListener, YamuxStream } from './stream.js';

export interface SessionLimits {
  /** Streams that are open at a time; a further one is refused. */
  readonly streams: number;
  /** Streams opened here that the other side hasn't accepted yet. */
  readonly unaccepted: number;
}

const SESSION_LIMITS: SessionLimits = { streams: 16_384, unaccepted: 256 };

const ACK_WITHIN_MS = 75_000;
/** How long the other side may take for its FIN after ours. */
const FIN_WITHIN_MS = 300_000;
/** Long answers of several streams take turns. Frames leave together up to about as much. */
const MOST_FRAME_BYTES = 64 * 1024;
const MOST_STREAM = 0xffff_fffe;

export interface SessionListener {
  /** The other side opened a stream; null: it is refused. */
  opened(stream: YamuxStream): StreamListener | null;
  /** There is something to send. */
  outgoing(): void;
  /** One that was opened here was accepted, or is no more: a further one may be opened. */
  accepted(): void;
  /** Nothing comes or goes any more. */
  closed(reason: string): void;
}

export class YamuxSession implements StreamHost, FrameSink {
  readonly #listener: SessionListener;
  readonly #limits: SessionLimits;
  readonly #streams = new Map<number, YamuxStream>();
  readonly #reader = new FrameReader();
  readonly #keepalive: Keepalive;
  /** Frames that carry no data: they go first. */
  #control: Buffer[] = [];
  /** Those that have something to send, in turns. */
  readonly #line: YamuxStream[] = [];
  /** Streams that may have to be given up, in the order in which they began to wait. */
  readonly #impatient = new Set<YamuxStream>();
  #nowMs: number;
  #nextId: number;
  #unaccepted = 0;
  #unsent = 0;
  #isRemoteGone = false;
  #isOver = false;
  /** Of the data frame that is coming in; null when nobody wants it. */
  #receiving: YamuxStream | null = null;
  #endsWithFrame = false;

  /** `dials`: this side has opened the connection. */
  constructor(dials: boolean, nowMs: number, listener: SessionListener, limits = SESSION_LIMITS) {
    this.#listener = listener;
    this.#limits = limits;
    this.#nowMs = nowMs;
    this.#nextId = dials ? 1 : 2;
    this.#keepalive = new Keepalive(nowMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** The other side takes no new streams, or the session is over. */
  get isClosing(): boolean {
    return this.#isOver || this.#isRemoteGone;
  }

  get streams(): number {
    return this.#streams.size;
  }

  /** Bytes that streams have to send. */
  get unsent(): number {
    return this.#unsent;
  }

  /** When {@link tick} has something to do. */
  get dueMs(): number {
    return this.#keepalive.dueMs;
  }

  /** A new stream of this side's; null when there can't be one now. */
  open(listener: StreamListener): YamuxStream | null {
    if (this.isClosing || this.#unaccepted >= this.#limits.unaccepted || this.#nextId > MOST_STREAM) return null;
    const stream = new YamuxStream(this.#nextId, this);
    this.#nextId += 2;
    this.#unaccepted += 1;
    stream.listener = listener;
    stream.awaitsAck = true;
    this.#waitFor(stream, ACK_WITHIN_MS);
    this.#streams.set(stream.id, stream);
    this.#say(shortFrame(FrameType.window, Flag.syn, stream.id, 0));
    return stream;
  }

  receive(chunk: Buffer, nowMs: number): void {
    this.#nowMs = nowMs;
    if (!this.#isOver) this.#reader.read(chunk, this);
  }

  /** At {@link dueMs} or later. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#isOver) return;
    for (const stream of this.#impatient) {
      if (stream.giveUpMs > nowMs) continue;
      if (stream.awaitsAck) {
        this.close('stream open timeout');
        return;
      }
      this.reset(stream);
    }
    const id = this.#keepalive.tick(nowMs);
    if (id === 'lost') this.close('keepalive timeout');
    else if (id !== null) this.#say(shortFrame(FrameType.ping, Flag.syn, 0, id));
  }

  /** The other side is doubted: the session ends if it doesn't answer within so long. */
  doubt(nowMs: number, withinMs: number): void {
    this.#nowMs = nowMs;
    if (this.#isOver) return;
    const id = this.#keepalive.hurry(nowMs, withinMs);
    if (id !== null) this.#say(shortFrame(FrameType.ping, Flag.syn, 0, id));
  }

  /**
   * The next frames to send, in one piece: what carries no data, then data of one stream after the other until there is much. null
   * when there is nothing to send, or the other side allows nothing. What the end of some data leads to comes behind it, and before
   * any other data: it may open the stream of that.
   */
  next(): Uint8Array | null {
    const control = this.#control;
    this.#control = [];
    let bytes = control.length * HEADER_BYTES;
    const data: DataFrame[] = [];
    while (bytes < MOST_FRAME_BYTES && this.#control.length === 0) {
      const stream = this.#line.shift();
      if (stream === undefined) break;
      stream.isInLine = false;
      const piece = stream.next(MOST_FRAME_BYTES);
      if (piece === null) continue;
      data.push({ stream: stream.id, bytes: piece });
      bytes += HEADER_BYTES + piece.length;
      if (stream.unsent > 0) this.ready(stream);
      stream.settle();
    }
    return bytes === 0 ? null : joinFrames(control, data, bytes);
  }

  /** Ends all streams. Nothing is sent any more. */
  close(reason: string): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#control = [];
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    this.#impatient.clear();
    this.#line.length = 0;
    for (const stream of streams) {
      stream.close();
      stream.listener?.failed(reason);
    }
    this.#listener.closed(reason);
  }

  begins(header: Header): boolean {
    const { version, type, flags, stream, length } = header;
    if (this.#isOver) return false;
    if (version !== 0 || type > FrameType.goAway) return this.#broken('invalid frame');
    if (type === FrameType.ping) this.#ping(flags, length);
    else if (type === FrameType.goAway) this.#goAway(length);
    else this.#streamFrame(header, stream);
    return !this.#isOver;
  }

  payload(bytes: Uint8Array): void {
    const stream = this.#receiving;
    if (stream === null || stream.isOver) return;
    if (stream.isRemoteDone) stream.consumed(bytes.length);
    else stream.listener?.data(bytes);
  }

  /** What comes with the frame holds once its bytes are there. */
  frameOver(): void {
    const stream = this.#receiving;
    this.#receiving = null;
    if (stream === null || stream.isOver) return;
    stream.consumed(0);
    if (this.#endsWithFrame) this.#remoteEnded(stream);
  }

  ready(stream: YamuxStream): void {
    if (!stream.isInLine && !this.#isOver) {
      stream.isInLine = true;
      this.#line.push(stream);
    }
    this.#listener.outgoing();
  }

  finish(stream: YamuxStream): void {
    if (stream.isLocalDone || this.#isOver) return;
    stream.isLocalDone = true;
    this.#say(shortFrame(FrameType.window, Flag.fin, stream.id, 0));
    if (stream.isRemoteDone) this.#forget(stream);
    else this.#waitFor(stream, FIN_WITHIN_MS);
  }

  reset(stream: YamuxStream): void {
    if (this.#isOver) return;
    this.#say(shortFrame(FrameType.window, Flag.rst, stream.id, 0));
    this.#forget(stream);
    stream.listener?.failed('connection reset');
  }

  grant(stream: YamuxStream, bytes: number): void {
    this.#say(shortFrame(FrameType.window, 0, stream.id, bytes));
  }

  isReceiving(stream: YamuxStream): boolean {
    return this.#receiving === stream;
  }

  queued(bytes: number): void {
    this.#unsent += bytes;
  }

  #say(frame: Buffer): void {
    this.#control.push(frame);
    this.#listener.outgoing();
  }

  #broken(reason: string): false {
    this.close(reason);
    return false;
  }

  #ping(flags: number, id: number): void {
    if ((flags & Flag.syn) !== 0) this.#say(shortFrame(FrameType.ping, Flag.ack, 0, id));
    else this.#keepalive.answered(id);
  }

  #goAway(code: number): void {
    if (code === GoAway.normal) this.#isRemoteGone = true;
    else this.close(code === GoAway.protocolError ? 'the other side saw a protocol error' : 'the other side failed');
  }

  #streamFrame({ type, flags, length }: Header, id: number): void {
    const isData = type === FrameType.data;
    let stream = this.#streams.get(id) ?? null;
    if ((flags & Flag.syn) !== 0) {
      if (stream !== null) {
        this.close('duplicate stream');
        return;
      }
      stream = this.#accept(id);
    }
    if (stream !== null && (flags & Flag.ack) !== 0) this.#accepted(stream);
    if (stream !== null && (flags & Flag.rst) !== 0) {
      this.#forget(stream);
      stream.listener?.failed('connection reset');
      stream = null;
    }
    if (isData) this.#dataBegins(stream, flags, length);
    else if (stream !== null) {
      stream.allow(length);
      if ((flags & Flag.fin) !== 0) this.#remoteEnded(stream);
    }
  }

  #dataBegins(stream: YamuxStream | null, flags: number, length: number): void {
    this.#receiving = stream;
    this.#endsWithFrame = (flags & Flag.fin) !== 0;
    if (stream !== null && !stream.admits(length)) this.close('receive window exceeded');
  }

  #accept(id: number): YamuxStream | null {
    const stream = new YamuxStream(id, this);
    const isOwn = id % 2 === this.#nextId % 2 && this.#nextId % 2 === 1;
    const hasRoom = id !== 0 && !isOwn && this.#streams.size < this.#limits.streams;
    stream.listener = hasRoom ? this.#listener.opened(stream) : null;
    if (stream.listener === null) {
      this.#say(shortFrame(FrameType.window, Flag.rst, id, 0));
      return null;
    }
    this.#streams.set(id, stream);
    this.#say(shortFrame(FrameType.window, Flag.ack, id, 0));
    return stream;
  }

  #accepted(stream: YamuxStream): void {
    if (!stream.awaitsAck) return;
    stream.awaitsAck = false;
    if (stream.isLocalDone) this.#waitFor(stream, FIN_WITHIN_MS);
    else this.#impatient.delete(stream);
    this.#unaccepted -= 1;
    this.#listener.accepted();
  }

  #remoteEnded(stream: YamuxStream): void {
    if (stream.isRemoteDone) {
      this.close('second FIN');
      return;
    }
    stream.isRemoteDone = true;
    stream.listener?.ended();
    if (stream.isLocalDone && !stream.isOver) this.#forget(stream);
  }

  #waitFor(stream: YamuxStream, ms: number): void {
    // One that isn't accepted yet keeps the shorter time.
    if (stream.awaitsAck && this.#impatient.has(stream)) return;
    stream.giveUpMs = this.#nowMs + ms;
    this.#impatient.add(stream);
  }

  #forget(stream: YamuxStream): void {
    this.#streams.delete(stream.id);
    this.#impatient.delete(stream);
    stream.close();
    if (!stream.awaitsAck) return;
    stream.awaitsAck = false;
    this.#unaccepted -= 1;
    this.#listener.accepted();
  }
}
