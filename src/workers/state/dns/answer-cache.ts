// Keeps what was looked up, by question, within a bound (spec/dns.md, section 5). Two generations instead of a list of use:
// what is asked for moves to the young one, and when that is full the old one goes as a whole, so that a flood of
// random names costs no more than it must and a busy name stays.

/** Questions per generation. */
const GENERATION = 4096;

export class AnswerCache<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  get(key: string): T | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: T): void {
    if (this.#young.size >= GENERATION) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  clear(): void {
    this.#young.clear();
    this.#old.clear();
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }
}
