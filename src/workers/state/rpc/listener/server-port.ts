// The listener of the server port (spec/rpc.md, section 1): a connection's first byte says what it speaks. What isn't spoken
// here is closed with nothing written, as are those that take too long to say, and those beyond their client's number.

import net from 'node:net';
import { type Deadline, deadlines } from '../../../../deadlines/deadline-queue.js';
import { joinHostPort } from '../../../../gotext/host-port.js';
import type { DescriptorReserve } from '../../../../observe/descriptor-reserve.js';
import type { Logger } from '../../../../observe/logger.js';
import { type ClientLimit, plainAddress } from '../../sockets/client-limit.js';

/** By first byte. Takes the socket over, with what was read behind that byte. */
export type Protocols = ReadonlyMap<number, (socket: net.Socket, first: Buffer) => void>;

export interface ServerPortOptions {
  readonly protocols: Protocols;
  /** Connections a client, all kinds together. */
  readonly clients: ClientLimit;
  readonly descriptors: DescriptorReserve;
  /** 0: a connection may take its time. */
  readonly handshakeTimeoutMs: number;
  readonly logger: Logger;
}

/** A connection that hasn't said anything yet. */
class Newcomer implements Deadline {
  readonly dueMs: number;
  slot = -1;
  order = 0;
  readonly #socket: net.Socket;

  constructor(socket: net.Socket, withinMs: number) {
    this.#socket = socket;
    this.dueMs = Math.ceil(deadlines.now() + withinMs);
  }

  expire(): void {
    this.#socket.destroy();
  }
}

export class ServerPort {
  readonly #options: ServerPortOptions;
  readonly #sockets = new Set<net.Socket>();
  readonly #server: net.Server;

  constructor(options: ServerPortOptions) {
    this.#options = options;
    this.#server = net.createServer({ noDelay: true, keepAlive: true }, (socket) => this.#accept(socket));
  }

  /** Rejects with what the operator is told. Answers the port. */
  listen(address: string, port: number): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        const why = error.code === 'EADDRINUSE' ? 'bind: address already in use' : error.message;
        const where = `listen tcp ${joinHostPort(address, port)}: ${why}`;
        reject(new Error(`Failed to start Consul server: Failed to start RPC layer: ${where}`));
      });
      server.listen(port, address, () => {
        server.removeAllListeners('error');
        // An accept that failed: the listener stays, the next one may succeed.
        server.on('error', () => {});
        const bound = server.address();
        resolve(bound !== null && typeof bound === 'object' ? bound.port : port);
      });
    });
  }

  close(): Promise<void> {
    return new Promise((closed) => {
      this.#server.close(() => closed());
      for (const socket of this.#sockets) socket.destroy();
    });
  }

  #accept(socket: net.Socket): void {
    const { clients, descriptors, handshakeTimeoutMs } = this.#options;
    if (descriptors.refuses(socket)) return;
    const client = plainAddress(socket.remoteAddress);
    if (!clients.enter(client)) {
      socket.destroy();
      return;
    }
    this.#sockets.add(socket);
    const newcomer = new Newcomer(socket, handshakeTimeoutMs);
    if (handshakeTimeoutMs > 0) deadlines.add(newcomer);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      deadlines.remove(newcomer);
      this.#sockets.delete(socket);
      clients.leave(client);
    });
    socket.once('data', (chunk: Buffer) => {
      deadlines.remove(newcomer);
      this.#dispatch(socket, client, chunk);
    });
  }

  #dispatch(socket: net.Socket, client: string, chunk: Buffer): void {
    const { protocols, logger } = this.#options;
    const first = chunk[0] ?? 0;
    const serve = protocols.get(first);
    if (serve === undefined) {
      logger.debug('connection of a kind that is not served', 'byte', first, 'from', client);
      socket.destroy();
      return;
    }
    serve(socket, chunk.subarray(1));
  }
}
