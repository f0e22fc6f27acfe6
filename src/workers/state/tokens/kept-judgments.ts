// What tokens were judged to be, by their secrets, as long as there is room: by number and by bytes. A map finds a text by a hash
// with a random seed and compares characters only where that is the same, so how long it takes says nothing of other secrets.

export interface Kept {
  /** About, with everything it keeps alive. */
  readonly weight: number;
}

interface Entry<Value extends Kept> {
  readonly value: Value;
  /** Since its turn came last. */
  isUsed: boolean;
}

const MOST_BYTES = 64 * 1024 * 1024;
const MOST_ENTRIES = 16_384;

export class KeptJudgments<Value extends Kept> {
  /** Those that were kept, or spared, longest ago first. */
  readonly #entries = new Map<string, Entry<Value>>();
  readonly #mostBytes: number;
  #bytes = 0;

  constructor(mostBytes: number = MOST_BYTES) {
    this.#mostBytes = mostBytes;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** About. */
  get bytes(): number {
    return this.#bytes;
  }

  get(secret: string): Value | undefined {
    const entry = this.#entries.get(secret);
    if (entry === undefined) return undefined;
    entry.isUsed = true;
    return entry.value;
  }

  set(secret: string, value: Value): void {
    this.delete(secret);
    if (value.weight > this.#mostBytes) return;
    this.#entries.set(secret, { value, isUsed: false });
    this.#bytes += value.weight;
    this.#makeRoom(secret);
  }

  delete(secret: string): void {
    const entry = this.#entries.get(secret);
    if (entry === undefined) return;
    this.#entries.delete(secret);
    this.#bytes -= entry.value.weight;
  }

  /** Whoever was asked for since his turn came last is spared once. */
  #makeRoom(kept: string): void {
    for (const [secret, entry] of this.#entries) {
      if (this.#bytes <= this.#mostBytes && this.#entries.size <= MOST_ENTRIES) return;
      if (secret === kept) continue;
      this.#entries.delete(secret);
      if (entry.isUsed) {
        entry.isUsed = false;
        this.#entries.set(secret, entry);
      } else this.#bytes -= entry.value.weight;
    }
  }
}
