// The sockets of a listener whose first bytes say what becomes of them: each counts against its client from the accept on, must say
// something in time, and ends with its listener.

import type net from 'node:net';
import type { DescriptorReserve } from '../../../observe/descriptor-reserve.js';
import { type ClientLimit, plainAddress } from './client-limit.js';
import { Newcomer } from './newcomer.js';

export interface NewcomersOptions {
  readonly clients: ClientLimit;
  readonly descriptors: DescriptorReserve;
  /** For the first bytes; 0: as long as it takes. */
  readonly firstBytesMs: number;
  /** Takes a socket over, with what it said first. */
  readonly spoke: (socket: net.Socket, first: Buffer) => void;
}

export class Newcomers {
  readonly #options: NewcomersOptions;
  readonly #sockets = new Set<net.Socket>();

  constructor(options: NewcomersOptions) {
    this.#options = options;
  }

  accept(socket: net.Socket): void {
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

  /** Those that were taken over included. */
  destroyAll(): void {
    for (const socket of this.#sockets) socket.destroy();
  }
}
