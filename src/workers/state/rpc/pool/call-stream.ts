// A stream on which this server asks another: one call at a time, and then the next (spec/rpc.md, section 2, "Pool"). One on
// which a call failed isn't used again.

import { decode } from '../../../../msgpack/codec.js';
import { MALFORMED, ValueScan } from '../../../../msgpack/skip.js';
import type { ByteBudget } from '../server/byte-budget.js';
import { responseHeader, sendRequest } from '../server/envelope.js';
import { GrowingBuffer } from '../server/growing-buffer.js';
import type { StreamListener, YamuxStream } from '../yamux/stream.js';
import type { Call } from './call.js';

/** Process-wide, as stock counts. */
let sequence = 0;

export class CallStream implements StreamListener {
  stream: YamuxStream | null = null;
  readonly #buffer: GrowingBuffer;
  readonly #scan = new ValueScan();
  readonly #idle: (stream: CallStream) => void;
  /** How many values of the answer are whole: its header, its body. */
  #bodyAt = -1;
  #call: Call | null = null;

  /** `idle`: it can take another call. */
  constructor(budget: ByteBudget, idle: (stream: CallStream) => void) {
    this.#buffer = new GrowingBuffer(budget);
    this.#idle = idle;
  }

  get isUsable(): boolean {
    return this.stream !== null && !this.stream.isOver && !this.stream.isRemoteDone;
  }

  begin(call: Call): void {
    sequence += 1;
    this.#call = call;
    this.#bodyAt = -1;
    call.giveUp = () => this.#drop();
    if (this.stream !== null) sendRequest(this.stream, { Seq: sequence, ServiceMethod: call.method }, call.body);
  }

  /** It is kept for no further call. */
  end(): void {
    this.#buffer.release();
    this.stream?.end();
  }

  data(bytes: Uint8Array): void {
    this.stream?.consumed(bytes.length);
    if (this.#call === null) return;
    const moved = this.#buffer.add(bytes);
    if (moved === null) this.#fail('reply is too large');
    else this.#read();
  }

  ended(): void {
    this.#fail('EOF');
    this.end();
  }

  failed(reason: string): void {
    this.#fail(reason);
  }

  drained(): void {}

  #read(): void {
    const { bytes, end: received } = this.#buffer;
    if (this.#bodyAt < 0) {
      const end = this.#scan.run(bytes, received);
      if (end === MALFORMED) this.#fail('malformed reply');
      if (end > received || end === MALFORMED) return;
      this.#bodyAt = end;
      this.#scan.begin(end);
    }
    const end = this.#scan.run(bytes, received);
    if (end === MALFORMED) this.#fail('malformed reply');
    else if (end <= received) this.#answered(end);
  }

  #answered(end: number): void {
    const header = decode(responseHeader, this.#buffer.bytes);
    if (!header.ok) {
      this.#fail('malformed reply');
      return;
    }
    const body = new Uint8Array(this.#buffer.bytes.subarray(this.#bodyAt, end));
    const call = this.#take();
    const { Error: text } = header.value;
    if (text === '') this.#idle(this);
    else this.end();
    call?.settle(
      text === '' ? { ok: true, body } : { ok: false, kind: 'answered', text: `rpc error making call: ${text}` },
    );
  }

  #take(): Call | null {
    const call = this.#call;
    this.#call = null;
    this.#scan.begin(0);
    this.#buffer.release();
    return call;
  }

  #fail(reason: string): void {
    const call = this.#take();
    if (call === null) return;
    this.stream?.reset();
    call.settle({ ok: false, kind: 'lost', text: `rpc error making call: ${reason}` });
  }

  /** Nobody waits for the answer: what is still said of it mustn't be taken for the next. */
  #drop(): void {
    if (this.#take() !== null) this.stream?.reset();
  }
}
