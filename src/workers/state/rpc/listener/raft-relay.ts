// Raft connections to the server port, relayed to the raft worker and back (wire/raft/raft-streams.ts). Neither side is sent more
// than it takes: a peer is read no faster than the raft worker gives room back, nor while it leaves answers unfetched.

import type net from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import { joinHostPort } from '../../../../gotext/host-port.js';
import {
  type FromRaftStreams,
  RAFT_STREAM_WINDOW_BYTES,
  type ToRaftStreams,
} from '../../../../wire/raft/raft-streams.js';
import { plainAddress } from '../../sockets/client-limit.js';

class RelayedStream {
  readonly socket: net.Socket;
  /** Read, and not yet given back. */
  #taken = 0;

  constructor(socket: net.Socket) {
    this.socket = socket;
  }

  took(bytes: number): void {
    this.#taken += bytes;
    this.balance();
  }

  /** Reads on, or doesn't, as both sides have room. */
  balance(): void {
    const { socket } = this;
    if (this.#taken > RAFT_STREAM_WINDOW_BYTES || socket.writableLength > RAFT_STREAM_WINDOW_BYTES) socket.pause();
    else socket.resume();
  }
}

export class RaftRelay {
  readonly #port: MessagePort;
  readonly #streams = new Map<number, RelayedStream>();
  #opened = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    port.on('message', (message: ToRaftStreams) => {
      const stream = this.#streams.get(message.stream);
      if (stream !== undefined) this.#do(message, stream);
    });
  }

  /** `first`: what was read behind the first byte. */
  serve(socket: net.Socket, first: Buffer): void {
    this.#opened += 1;
    const id = this.#opened;
    const stream = new RelayedStream(socket);
    this.#streams.set(id, stream);
    const remote = joinHostPort(plainAddress(socket.remoteAddress), socket.remotePort ?? 0);
    this.#post({ kind: 'raft-opened', stream: id, remote });
    const relay = (chunk: Buffer): void => {
      stream.took(chunk.length);
      this.#post({ kind: 'raft-bytes', stream: id, bytes: chunk }, chunk.buffer as ArrayBuffer);
    };
    socket.on('data', relay);
    socket.on('drain', () => stream.balance());
    socket.on('close', () => {
      if (this.#streams.delete(id)) this.#post({ kind: 'raft-ended', stream: id });
    });
    if (first.length > 0) relay(first);
  }

  #do(message: ToRaftStreams, stream: RelayedStream): void {
    const { socket } = stream;
    if (message.kind === 'raft-read') stream.took(-message.bytes);
    else if (message.kind === 'raft-write') {
      socket.write(message.bytes);
      stream.balance();
    } else {
      this.#streams.delete(message.stream);
      socket.destroy();
    }
  }

  #post(message: FromRaftStreams, ...transfer: ArrayBuffer[]): void {
    this.#port.postMessage(message, transfer);
  }
}
