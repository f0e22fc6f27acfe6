// The Raft connections that other servers opened to this one, as they come from the state worker's listener (wire/raft/raft-streams.ts):
// each one is given to whoever serves it, and nothing else here posts to that port.

import type { MessagePort } from 'node:worker_threads';
import { type FromRaftStreams, RAFT_STREAM_ROOM_BYTES, type ToRaftStreams } from '../../../wire/raft/raft-streams.js';

/** A connection, as who serves it sees it. */
export interface PeerStream {
  readonly remote: string;
  /** The bytes are given away. */
  write(bytes: Uint8Array): void;
  /** So many of the bytes that were received are used, and their room is free again. */
  release(bytes: number): void;
  /** Nothing is received afterwards. */
  close(): void;
}

/** Who serves a connection. */
export interface StreamReader {
  received(bytes: Uint8Array): void;
  /** The other side is gone; not told of a stream that was closed here. */
  ended(): void;
}

const NOBODY: StreamReader = { received: () => {}, ended: () => {} };

export class RelayedStreams {
  readonly #port: MessagePort;
  readonly #readers = new Map<number, StreamReader>();

  constructor(port: MessagePort, serve: (stream: PeerStream) => StreamReader) {
    this.#port = port;
    port.on('message', (message: FromRaftStreams) => {
      const { stream } = message;
      if (message.kind === 'raft-opened') this.#open(stream, message.remote, serve);
      else if (message.kind === 'raft-bytes') this.#readers.get(stream)?.received(message.bytes);
      else this.#ended(stream);
    });
  }

  close(): void {
    for (const stream of this.#readers.keys()) this.#post({ kind: 'raft-close', stream });
    this.#readers.clear();
    this.#port.close();
  }

  #open(stream: number, remote: string, serve: (stream: PeerStream) => StreamReader): void {
    this.#readers.set(stream, NOBODY);
    const reader = serve(this.#opened(stream, remote));
    // Who serves may have closed it already.
    if (this.#readers.has(stream)) this.#readers.set(stream, reader);
  }

  #ended(stream: number): void {
    const reader = this.#readers.get(stream);
    this.#readers.delete(stream);
    reader?.ended();
  }

  #opened(stream: number, remote: string): PeerStream {
    let room = 0;
    return {
      remote,
      write: (bytes) => this.#post({ kind: 'raft-write', stream, bytes }, bytes.buffer as ArrayBuffer),
      release: (bytes) => {
        room += bytes;
        if (room < RAFT_STREAM_ROOM_BYTES) return;
        this.#post({ kind: 'raft-read', stream, bytes: room });
        room = 0;
      },
      close: () => {
        this.#readers.delete(stream);
        this.#post({ kind: 'raft-close', stream });
      },
    };
  }

  #post(message: ToRaftStreams, ...transfer: ArrayBuffer[]): void {
    this.#port.postMessage(message, transfer);
  }
}
