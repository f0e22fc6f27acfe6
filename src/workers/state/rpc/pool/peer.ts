// The way to one server: one connection, dialed when it is needed first, and the streams on it that are free (spec/rpc.md,
// section 2, "Pool"). Calls that come while it is dialed wait for it together, and so do those beyond the streams that the other
// side hasn't accepted yet.

import type net from 'node:net';
import type { Deadline, DeadlineQueue } from '../../../../deadlines/deadline-queue.js';
import { splitHostPort } from '../../../../gotext/host-port.js';
import type { ServerDialer } from '../../../../tls/server-dialer.js';
import type { ByteBudget } from '../server/byte-budget.js';
import { YamuxConnection } from '../yamux/connection.js';
import type { Call } from './call.js';
import { CallStream } from './call-stream.js';

const CONNECT_WITHIN_MS = 10_000;
const MOST_IDLE_STREAMS = 64;
const NO_STREAM = 'rpc error getting client: failed to start stream: session shutdown';
const MULTIPLEXED = 4;

/** How a connection is opened, and when it isn't needed any more. */
export interface ConnectionRules {
  readonly dialer: ServerDialer;
  readonly idleMs: number;
  readonly queue: DeadlineQueue;
}

export class Peer implements Deadline {
  dueMs = 0;
  slot = -1;
  order = 0;
  readonly #address: string;
  readonly #budget: ByteBudget;
  readonly #rules: ConnectionRules;
  readonly #gone: (peer: Peer) => void;
  /** Free streams; the last one used is used first. */
  readonly #idle: CallStream[] = [];
  #connection: YamuxConnection | null = null;
  #socket: net.Socket | null = null;
  #waiting: Call[] = [];
  #inProgress = 0;
  #isGone = false;
  #idleSinceMs = 0;
  /** One for all calls. */
  readonly #callOver = (): void => this.#ended();
  /** Doubted while it was dialed: it must answer within so long once it is connected. */
  #doubtMs: number | null = null;

  /** `gone`: it can't be used any more; the next call needs another. */
  constructor(address: string, budget: ByteBudget, rules: ConnectionRules, gone: (peer: Peer) => void) {
    this.#address = address;
    this.#budget = budget;
    this.#rules = rules;
    this.#gone = gone;
  }

  call(call: Call): void {
    this.#inProgress += 1;
    call.over = this.#callOver;
    this.#waiting.push(call);
    if (this.#socket === null) this.#dial();
    else this.#serveWaiting();
  }

  /** The other side may be gone without a word: what waits for it is lost if it doesn't answer within so long. */
  doubt(withinMs: number): void {
    if (this.#connection !== null) {
      this.#connection.doubt(withinMs);
      return;
    }
    this.#doubtMs = withinMs;
    this.#socket?.setTimeout(withinMs);
  }

  close(): void {
    this.#lost();
    this.#socket?.destroy();
    this.#connection?.close('session shutdown');
  }

  /** Its calls may have come and gone since it was put into the queue: that costs a call no more than a look at the clock. */
  expire(): void {
    if (this.#inProgress > 0) return;
    const { idleMs, queue } = this.#rules;
    if (queue.now() < this.#idleSinceMs + idleMs) this.#awaitIdle();
    else this.close();
  }

  #lost(): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#rules.queue.remove(this);
    this.#gone(this);
  }

  #ended(): void {
    this.#inProgress -= 1;
    if (this.#inProgress > 0 || this.#isGone) return;
    this.#idleSinceMs = this.#rules.queue.now();
    if (this.slot < 0) this.#awaitIdle();
  }

  #awaitIdle(): void {
    const { idleMs, queue } = this.#rules;
    this.dueMs = Math.ceil(this.#idleSinceMs + idleMs);
    queue.add(this);
  }

  /** Gives streams to those that wait, as far as there are some. */
  #serveWaiting(): void {
    const connection = this.#connection;
    if (connection === null) return;
    for (let call = this.#waiting[0]; call !== undefined; call = this.#waiting[0]) {
      const stream = call.isOver ? null : (this.#idleStream() ?? this.#openStream(connection));
      if (stream === null && !call.isOver && !connection.isClosing) return;
      this.#waiting.shift();
      if (stream !== null) stream.begin(call);
      else call.settle({ ok: false, kind: 'unsent', text: NO_STREAM });
    }
  }

  #idleStream(): CallStream | null {
    for (let stream = this.#idle.pop(); stream !== undefined; stream = this.#idle.pop()) {
      if (stream.isUsable) return stream;
    }
    return null;
  }

  #openStream(connection: YamuxConnection): CallStream | null {
    const stream = new CallStream(this.#budget, (idle) => this.#keep(idle));
    stream.stream = connection.open(stream);
    return stream.stream === null ? null : stream;
  }

  #keep(stream: CallStream): void {
    if (stream.isUsable && this.#idle.length < MOST_IDLE_STREAMS) this.#idle.push(stream);
    else stream.end();
    this.#serveWaiting();
  }

  #dial(): void {
    this.#socket = this.#rules.dialer.dial(splitHostPort(this.#address), {
      firstByte: MULTIPLEXED,
      withinMs: CONNECT_WITHIN_MS,
      opened: (socket) => this.#opened(socket),
      failed: (error) => {
        this.#lost();
        const text = `rpc error getting client: failed to get conn: dial tcp ${this.#address}: ${reasonOf(error)}`;
        for (const call of this.#takeWaiting()) call.settle({ ok: false, kind: 'unsent', text });
      },
    });
  }

  #opened(socket: net.Socket): void {
    this.#socket = socket;
    this.#connection = new YamuxConnection(socket, true, {
      opened: () => null,
      accepted: () => this.#serveWaiting(),
      closed: () => {
        this.#lost();
        this.#serveWaiting();
      },
    });
    if (this.#doubtMs !== null) this.#connection.doubt(this.#doubtMs);
    this.#serveWaiting();
  }

  #takeWaiting(): readonly Call[] {
    const calls = this.#waiting;
    this.#waiting = [];
    return calls;
  }
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code === 'ECONNREFUSED' ? 'connect: connection refused' : error.message;
}
