// Finds where a value ends, whatever it holds. Nothing nests on the stack: what is still to come is counted.

/** A byte that begins no value. */
export const MALFORMED = -1;

/** Bytes of a value of fixed size behind its first byte, by that byte from 0xc0 on; an extension has a type byte. */
const FIXED = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
] as const;

/** Bytes of the length that follows the first byte, from 0xc0 on; 0 where none follows. */
const LENGTH = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
] as const;

/** Looks for the end of a value whose bytes may still be coming: none is looked at twice. */
export class ValueScan {
  #at = 0;
  #seen = 0;
  #pending = 1;

  /** `values`: so many follow each other, and are looked for as one. */
  begin(start: number, values = 1): void {
    this.#at = start;
    this.#seen = 0;
    this.#pending = values;
  }

  /** How many values there are, as far as what was seen says: those in lists and maps count from the first byte of these on. */
  get count(): number {
    return this.#seen + this.#pending;
  }

  /** The bytes lie so much further in front now. */
  moved(by: number): void {
    this.#at -= by;
  }

  /**
   * The offset behind the value, or {@link MALFORMED}. Above `end`: the bytes end inside the value, and at least so many
   * must be there to go on.
   */
  run(bytes: Buffer, end: number): number {
    let at = this.#at;
    let pending = this.#pending;
    let seen = this.#seen;
    let wanted = 0;
    for (; pending > 0; pending -= 1, seen += 1) {
      wanted = at + 1;
      if (at >= end) break;
      const mark = bytes[at] ?? 0;
      const size = mark < 0xc0 || mark >= 0xe0 ? 0 : (LENGTH[mark - 0xc0] ?? 0);
      wanted = at + 1 + size;
      if (wanted > end) break;
      if (mark === 0xc1) return MALFORMED;
      at = wanted;
      if (size > 0) {
        const length = bytes.readUIntBE(at - size, size);
        if (mark >= 0xde) pending += length * 2;
        else if (mark >= 0xdc) pending += length;
        else at += mark >= 0xc7 && mark <= 0xc9 ? length + 1 : length;
      } else if (mark >= 0xc0) at += mark < 0xe0 ? (FIXED[mark - 0xc0] ?? 0) : 0;
      else if (mark >= 0xa0) at += mark & 31;
      else if (mark >= 0x80) pending += mark < 0x90 ? (mark & 15) * 2 : mark & 15;
    }
    this.#at = at;
    this.#seen = seen;
    this.#pending = pending;
    return pending > 0 ? wanted : at;
  }
}
