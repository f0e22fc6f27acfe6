// Who waits for which number (spec/gossip.md, section 7). Own and relayed pings share one counter; acks and nacks are
// matched by their number alone.

export interface AckWaiter {
  onAck(payload: Uint8Array | null, nowMs: number): void;
  onNack(): void;
}

export class AckWaiters {
  readonly #waiters = new Map<number, AckWaiter>();
  #counter = 0;

  get size(): number {
    return this.#waiters.size;
  }

  /** A number of its own for `waiter`. */
  add(waiter: AckWaiter): number {
    this.#counter = (this.#counter + 1) >>> 0;
    this.#waiters.set(this.#counter, waiter);
    return this.#counter;
  }

  remove(seqNo: number): void {
    this.#waiters.delete(seqNo);
  }

  /** The first ack ends the waiting; nobody waiting is no problem. */
  ack(seqNo: number, payload: Uint8Array | null, nowMs: number): void {
    const waiter = this.#waiters.get(seqNo);
    this.#waiters.delete(seqNo);
    waiter?.onAck(payload, nowMs);
  }

  nack(seqNo: number): void {
    this.#waiters.get(seqNo)?.onNack();
  }
}
