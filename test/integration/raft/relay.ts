// What the state worker does for the raft worker, for tests without one: listens on the server port, takes the first byte off
// and relays the rest of a Raft connection, no further ahead than the window.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { MessagePort } from 'node:worker_threads';
import {
  type FromRaftStreams,
  RAFT_STREAM_WINDOW_BYTES,
  type ToRaftStreams,
} from '../../../src/wire/raft/raft-streams.js';

interface Stream {
  readonly socket: Socket;
  unread: number;
}

export class Relay {
  readonly #listener: Server;
  readonly #port: MessagePort;
  readonly #streams = new Map<number, Stream>();
  #last = 0;

  constructor(port: MessagePort) {
    this.#port = port;
    this.#listener = createServer((socket) => this.#accept(socket));
    port.on('message', (message: ToRaftStreams) => this.#obey(message));
  }

  async listen(port: number): Promise<number> {
    this.#listener.listen(port, '127.0.0.1');
    await once(this.#listener, 'listening');
    return (this.#listener.address() as AddressInfo).port;
  }

  close(): void {
    this.#listener.close();
    for (const { socket } of this.#streams.values()) socket.destroy();
    this.#port.close();
  }

  #accept(socket: Socket): void {
    this.#last += 1;
    const stream = this.#last;
    const relayed: Stream = { socket, unread: 0 };
    this.#streams.set(stream, relayed);
    this.#post({ kind: 'raft-opened', stream, remote: `${socket.remoteAddress}:${socket.remotePort}` });
    let isFirst = true;
    socket.on('data', (chunk) => {
      const bytes = new Uint8Array(isFirst ? chunk.subarray(1) : chunk);
      isFirst = false;
      if (bytes.byteLength === 0) return;
      relayed.unread += bytes.byteLength;
      this.#post({ kind: 'raft-bytes', stream, bytes }, bytes.buffer);
      if (relayed.unread > RAFT_STREAM_WINDOW_BYTES) socket.pause();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#streams.delete(stream)) this.#post({ kind: 'raft-ended', stream });
    });
  }

  #obey(message: ToRaftStreams): void {
    const relayed = this.#streams.get(message.stream);
    if (relayed === undefined) return;
    if (message.kind === 'raft-write') relayed.socket.write(message.bytes);
    else if (message.kind === 'raft-close') {
      this.#streams.delete(message.stream);
      relayed.socket.destroy();
    } else {
      relayed.unread -= message.bytes;
      if (relayed.unread <= RAFT_STREAM_WINDOW_BYTES) relayed.socket.resume();
    }
  }

  #post(message: FromRaftStreams, ...transfer: ArrayBuffer[]): void {
    this.#port.postMessage(message, transfer);
  }
}
