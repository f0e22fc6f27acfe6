// The border between the HTTP rules and the sockets: two engines (net, uws) serve the same listener through it. One
// exchange is one request and its answer. An engine may reuse the exchange object for the next request of the connection,
// so nobody touches it after `reply`, `drop`, the end of a stream, or an abort.

import type { Listener } from '../../../../wire/config.js';

export interface BodySink {
  /** The bytes stay valid; they may be a view into a larger buffer. */
  chunk(bytes: Uint8Array): void;
  end(): void;
  /** The client hung up, was too slow, or sent nonsense; there is nobody left to answer. */
  aborted(): void;
}

/** An object rather than a function: a waiting query should not need a closure for it. */
export interface AbortListener {
  aborted(): void;
}

export interface ResponseStream {
  /** False when the client doesn't keep up: the chunk was dropped, and so is what follows until it has caught up. */
  write(chunk: string | Uint8Array): boolean;
  end(): void;
}

export interface Exchange {
  /** As sent: "GET". */
  readonly method: string;
  /** Origin form, undecoded, one character per byte: "/v1/kv/a?raw"; "*" for OPTIONS. */
  readonly target: string;
  /** Without IPv4-mapping; "" on a unix socket. */
  readonly remoteAddress: string;
  /** First value; by lower-case name. Only until the handler's first `await` after `forgetHead`. */
  header(lowerName: string): string | undefined;
  /** Content-Length; 0 without a body, -1 when it comes in chunks. */
  readonly bodyLength: number;
  /** Starts the body; an expected 100 Continue is sent here. At most once. A client that is gone already has aborted it. */
  receive(sink: BodySink): void;
  /** The body comes too fast for its sink: the client isn't read until {@link resumeBody}, or the answer. Only while the body comes. */
  pauseBody(): void;
  resumeBody(): void;
  /** Told when the client hangs up before the answer, or has done so: one listener; the exchange is dead by then. */
  onAbort(listener: AbortListener): void;
  /** The headers aren't needed any more: a waiting query should hold as little as possible. */
  forgetHead(): void;
  /**
   * The answer. `headers` is a block of lines, each ended by CRLF, without Content-Length, Date and Connection. On HEAD
   * the body is only counted.
   */
  reply(status: number, headers: string, body: string | Uint8Array): void;
  /** An answer of unknown length; `ended` is called when the client has gone before `end`, within if it is gone by now. */
  stream(status: number, headers: string, ended: () => void): ResponseStream;
  /** Closes the connection without an answer. */
  drop(): void;
}

export type RequestListener = (exchange: Exchange) => void;

/** What an engine is told to hold connections to; may change at a reload. */
export interface EngineLimits {
  /** Of the request line and all header lines together, in bytes. */
  readonly maxHeaderBytes: number;
  /** Per client address; all clients of a unix socket count as one. */
  readonly maxConnectionsPerClient: number;
  readonly slowHeaderMs: number;
  /** A body must bring {@link slowBodyBytes} in each stretch of this length. */
  readonly slowBodyMs: number;
  readonly slowBodyBytes: number;
}

export type ListenerKind = 'plain' | 'secure';

export interface BoundListener {
  readonly listener: Listener;
  readonly kind: ListenerKind;
  /** The port really taken; 0 on a unix socket. */
  readonly port: number;
}

export interface Engine {
  /** `secure`: it speaks TLS. */
  listen(listener: Listener, kind?: ListenerKind): Promise<BoundListener>;
  setLimits(limits: EngineLimits): void;
  /** Stops accepting and closes connections whose last answer was taken; answers still being made say `Connection: close`. */
  stopAccepting(): void;
  /** Resolves when no connection is left, or after the deadline, when the rest was cut. */
  close(deadlineMs: number): Promise<void>;
  readonly connections: number;
}
