// First byte 0: one stream of requests on the connection itself (spec/rpc.md, section 1). Nobody dials it in these days, but it
// is the simplest way in, for tools and tests. The socket is read as far as the stream takes.

import type net from 'node:net';
import type { Requester } from '../../calls/request-limits.js';
import { remoteAddress } from '../../sockets/client-limit.js';
import { type Channel, RequestStream, type RpcServerParts } from '../server/request-stream.js';

/** As much as a yamux stream may send ahead. */
const MOST_AHEAD = 256 * 1024;

class SocketChannel implements Channel, Requester {
  readonly #socket: net.Socket;
  #ahead = 0;

  constructor(socket: net.Socket) {
    this.#socket = socket;
  }

  get address(): string {
    return remoteAddress(this.#socket);
  }

  get unsent(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): void {
    this.#socket.write(bytes);
  }

  end(): void {
    this.#socket.end();
  }

  reset(): void {
    this.#socket.destroy();
  }

  received(bytes: number): void {
    this.#ahead += bytes;
    if (this.#ahead > MOST_AHEAD) this.#socket.pause();
  }

  consumed(bytes: number): void {
    this.#ahead -= bytes;
    if (this.#ahead <= MOST_AHEAD) this.#socket.resume();
  }
}

export function serveSingle(socket: net.Socket, first: Buffer, parts: RpcServerParts): void {
  // Who says no more is still answered.
  socket.allowHalfOpen = true;
  const channel = new SocketChannel(socket);
  const stream = new RequestStream(channel, channel, parts);
  const take = (chunk: Buffer): void => {
    channel.received(chunk.length);
    stream.data(chunk);
  };
  socket.on('data', take);
  socket.on('end', () => stream.ended());
  socket.on('drain', () => stream.drained());
  socket.on('close', () => stream.failed());
  if (first.length > 0) take(first);
}
