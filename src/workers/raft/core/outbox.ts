// Messages that wait for the disk. A vote or an acknowledgement may leave only when what it promises is durable: it is held
// for the write that contains the promise, whether that one has begun or not.

import type { Outgoing } from './message.js';

export class Outbox {
  #free: Outgoing[] = [];
  #withRunning: Outgoing[] = [];
  #withNext: Outgoing[] = [];

  get isEmpty(): boolean {
    return this.#free.length === 0;
  }

  /** Nothing has to be durable first. */
  send(message: Outgoing): void {
    this.#free.push(message);
  }

  /** `hasUnwritten`: something was changed that no write has taken up yet. */
  sendWhenDurable(message: Outgoing, hasUnwritten: boolean, isWriting: boolean): void {
    if (hasUnwritten) this.#withNext.push(message);
    else if (isWriting) this.#withRunning.push(message);
    else this.#free.push(message);
  }

  writeBegins(): void {
    this.#withRunning = this.#withNext;
    this.#withNext = [];
  }

  writeEnded(): void {
    this.#free.push(...this.#withRunning);
    this.#withRunning = [];
  }

  take(): readonly Outgoing[] {
    const messages = this.#free;
    this.#free = [];
    return messages;
  }
}
