// Looks after a leader of which a connection has ended. Where a process is gone nobody listens any more, and connecting is
// refused; every other outcome says nothing: a machine that is down or cut off doesn't answer, a leader that is well may have
// closed an idle connection. The kernel takes its time over the end of a process, so it is tried more than once; a word of the
// leader ends it.

import { connect, type Socket } from 'node:net';
import type { ServerId } from '../core/entry.js';
import type { Destination } from './line.js';

/** Before each try. */
const PAUSES_MS = [50, 50, 100, 200, 400, 800] as const;
/** The last try gets so long. */
const LAST_MS = 800;

export interface LeaderWatchParts {
  /** Whom this server follows. */
  readonly leader: () => ServerId | null;
  /** When it heard a leader last, by the same clock as `now`. */
  readonly contactMs: () => number;
  readonly destination: (id: ServerId) => Destination | null;
  readonly gone: (leader: ServerId) => void;
  readonly now: () => number;
}

export class LeaderWatch {
  readonly #parts: LeaderWatchParts;
  #watched: { readonly id: ServerId; readonly sinceMs: number } | null = null;
  #tries = 0;
  #timer: NodeJS.Timeout | null = null;
  #socket: Socket | null = null;

  constructor(parts: LeaderWatchParts) {
    this.#parts = parts;
  }

  /** A connection of this server has ended. */
  ended(id: ServerId): void {
    if (this.#parts.leader() !== id) return;
    this.close();
    this.#watched = { id, sinceMs: this.#parts.now() };
    this.#later();
  }

  close(): void {
    this.#watched = null;
    this.#tries = 0;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#socket?.destroy();
    this.#socket = null;
  }

  #later(): void {
    this.#timer = setTimeout(() => this.#try(), PAUSES_MS[this.#tries] ?? LAST_MS);
    this.#tries += 1;
  }

  #try(): void {
    const { leader, contactMs, destination, gone } = this.#parts;
    const watched = this.#watched;
    if (watched === null) return;
    const { id, sinceMs } = watched;
    const isOver = this.#tries > PAUSES_MS.length || leader() !== id || contactMs() > sinceMs;
    const to = isOver ? null : destination(id);
    if (to === null) {
      this.close();
      return;
    }
    this.#socket?.destroy();
    const socket = connect(to);
    this.#socket = socket;
    socket.on('connect', () => socket.destroy());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNREFUSED' || this.#watched !== watched) return;
      const isHeard = contactMs() > sinceMs || leader() !== id;
      this.close();
      if (!isHeard) gone(id);
    });
    this.#later();
  }
}
