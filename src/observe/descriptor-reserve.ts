// Connections that others open must not take the last file descriptors: log, tables and snapshots need theirs, and a disk
// that can't be opened ends a server. A socket gets the lowest number that is free, so that a number near the limit shows
// how full the process is, at no cost.

import type { Socket } from 'node:net';
import type { Logger } from './logger.js';
import { maxOpenFiles } from './open-files.js';

/** Kept back from connections; of a low limit, a quarter. */
const RESERVED = 64;
const LOW_LIMIT_SHARE = 4;
const LINE_INTERVAL_MS = 10_000;

export class DescriptorReserve {
  readonly #logger: Logger;
  readonly #listener: string;
  /** From this number on. */
  readonly #reserved: number;
  #unsaid = 0;
  #nextLineMs = 0;

  /** `listener` names for the log whose connections are refused. */
  constructor(listener: string, logger: Logger) {
    this.#listener = listener;
    this.#logger = logger;
    const most = maxOpenFiles() ?? Number.POSITIVE_INFINITY;
    this.#reserved = most - Math.min(RESERVED, most / LOW_LIMIT_SHARE);
  }

  /** True: the connection would take one of the last descriptors, and is closed. */
  refuses(socket: Socket): boolean {
    if (descriptorOf(socket) < this.#reserved) return false;
    socket.destroy();
    this.#say();
    return true;
  }

  /** Once in a while: whoever can fill the process could fill the log as well. */
  #say(): void {
    this.#unsaid += 1;
    const now = performance.now();
    if (now < this.#nextLineMs) return;
    this.#nextLineMs = now + LINE_INTERVAL_MS;
    const error = 'connections take nearly all file descriptors';
    this.#logger.error('connections refused', 'listener', this.#listener, 'refused', this.#unsaid, 'error', error);
    this.#unsaid = 0;
  }
}

/** Node shows the number of a plain socket on its handle only; 0 where there is none. */
function descriptorOf(socket: Socket): number {
  const { _handle: handle } = socket as { readonly _handle?: { readonly fd?: number } | null };
  return handle?.fd ?? 0;
}
