// One listener of gRPC. What connects counts against its client, must say something in time, and is then HTTP/2: at once, or when
// the handshake is over.

import net from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import type { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import type { Listener } from '../../../wire/config.js';
import { type ClientLimit, plainAddress } from '../sockets/client-limit.js';
import { Newcomer } from '../sockets/newcomer.js';
import { claimSocketPath, type SocketOwner, settleSocketFile } from '../sockets/unix-socket.js';

export interface GrpcListenerOptions {
  readonly listener: Listener;
  readonly unixSocket: SocketOwner;
  /** Of all listeners together. */
  readonly clients: ClientLimit;
  readonly descriptors: DescriptorReserve;
  /** For the first bytes; 0: as long as it takes. */
  readonly firstBytesMs: number;
  /** Takes a socket over, with what it said first. */
  readonly spoke: (socket: net.Socket, first: Buffer) => void;
}

export class GrpcListener {
  readonly #options: GrpcListenerOptions;
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  constructor(options: GrpcListenerOptions) {
    this.#options = options;
    this.#server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
  }

  /** Rejects with what the operator is told. Answers where it is, as it was really bound. */
  async listen(): Promise<string> {
    const { listener, unixSocket } = this.#options;
    const server = this.#server;
    if (listener.kind === 'unix') await claimSocketPath(listener.path);
    const place = listener.kind === 'unix' ? { path: listener.path } : { host: listener.address, port: listener.port };
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'bind: address already in use' : error.message;
        reject(new Error(`Failed to start gRPC: listen ${this.#network} ${this.#address}: ${why}`));
      });
      server.listen(place, resolve);
    });
    server.removeAllListeners('error');
    // An accept that failed: the listener stays, the next one may succeed.
    server.on('error', () => {});
    if (listener.kind === 'unix') settleSocketFile(listener.path, unixSocket);
    return this.#address;
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      this.#server.close(() => closed());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  get #network(): string {
    return this.#options.listener.kind;
  }

  get #address(): string {
    const { listener } = this.#options;
    if (listener.kind === 'unix') return listener.path;
    const bound = this.#server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : listener.port;
    return joinHostPort(listener.address, port);
  }

  #accept(socket: net.Socket): void {
    const { clients, descriptors, firstBytesMs, spoke } = this.#options;
    if (descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (!clients.enter(client)) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      clients.leave(client);
    });
    Newcomer.await(socket, firstBytesMs, {
      spoke: (first) => spoke(socket, first),
      late: () => socket.destroy(),
    });
  }
}
