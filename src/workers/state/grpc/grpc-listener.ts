// One listener of gRPC. What connects is HTTP/2: at once, or when the handshake is over.

import net from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import type { Listener } from '../../../wire/config.js';
import { Newcomers, type NewcomersOptions } from '../sockets/newcomers.js';
import { claimSocketPath, type SocketOwner, settleSocketFile } from '../sockets/unix-socket.js';

/** `clients`: of all listeners together. */
export interface GrpcListenerOptions extends NewcomersOptions {
  readonly listener: Listener;
  readonly unixSocket: SocketOwner;
}

export class GrpcListener {
  readonly #options: GrpcListenerOptions;
  readonly #newcomers: Newcomers;
  readonly #server: net.Server;

  constructor(options: GrpcListenerOptions) {
    this.#options = options;
    this.#newcomers = new Newcomers(options);
    this.#server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => this.#newcomers.accept(socket));
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
      this.#newcomers.destroyAll();
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
}
