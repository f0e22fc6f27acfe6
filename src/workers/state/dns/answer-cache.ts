// Keeps what was looked up, by question, within a bound of entries and of bytes (spec/dns.md, section 5). Two generations
// instead of a list of use: what is asked for moves to the young one, and when that is full the old one goes as a whole,
// so that a flood of random names costs no more than it must and a busy name stays.

/** Of one generation. */
export interface CacheBounds {
  readonly questions: number;
  readonly bytes: number;
}

const BOUNDS: CacheBounds = { questions: 4096, bytes: 64 * 1024 * 1024 };

/** What is kept says how much memory it takes, about; {@link AnswerCache.grow} when that becomes more. */
export interface Weighed {
  weight: number;
}

export class AnswerCache<T extends Weighed> {
  readonly #bounds: CacheBounds;
  #young = new Map<string, T>();
  #old = new Map<string, T>();
  /** Of the young generation. */
  #bytes = 0;

  constructor(bounds = BOUNDS) {
    this.#bounds = bounds;
  }

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) {
      this.#old.delete(key);
      this.set(key, old);
    }
    return old;
  }

  set(key: string, value: T): void {
    this.#bytes -= this.#young.get(key)?.weight ?? 0;
    if (this.#young.size >= this.#bounds.questions || this.#bytes + value.weight > this.#bounds.bytes) {
      this.#age();
    }
    this.#young.set(key, value);
    this.#bytes += value.weight;
  }

  /** `value`, which was just asked for or set, takes so many bytes more (or fewer). */
  grow(value: T, bytes: number): void {
    value.weight += bytes;
    this.#bytes += bytes;
    if (this.#bytes > this.#bounds.bytes) this.#age();
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#bytes = 0;
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
    this.#bytes = 0;
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Bytes of the young generation, about; the old one has no more than the bound. */
  get bytes(): number {
    return this.#bytes;
  }
}
