// A connection that hasn't said anything yet: it has so long for its first bytes, and is closed after that.

import type net from 'node:net';
import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';

export class Newcomer implements Deadline {
  readonly dueMs: number;
  slot = -1;
  order = 0;
  readonly #late: () => void;

  private constructor(withinMs: number, late: () => void) {
    this.#late = late;
    this.dueMs = Math.ceil(deadlines.now() + withinMs);
  }

  /**
   * `spoke` is called with the first bytes; the socket goes on flowing. `late` is called in its place when they take longer
   * than `withinMs`; 0: as long as they like.
   */
  static await(
    socket: net.Socket,
    withinMs: number,
    events: { readonly spoke: (first: Buffer) => void; readonly late: () => void },
  ): void {
    const newcomer = new Newcomer(withinMs, events.late);
    if (withinMs > 0) deadlines.add(newcomer);
    socket.once('close', () => deadlines.remove(newcomer));
    // It has gone without a word.
    const ended = (): void => void socket.destroy();
    socket.once('end', ended);
    socket.once('data', (chunk: Buffer) => {
      deadlines.remove(newcomer);
      socket.off('end', ended);
      events.spoke(chunk);
    });
  }

  expire(): void {
    this.#late();
  }
}
