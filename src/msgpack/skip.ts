// Finds where a value ends, whatever it holds. Nothing nests on the stack: what is still to come is counted.

/** A byte that begins no value. */
export const MALFORMED = -1;

/** Bytes of a value of fixed size behind its first byte, by that byte from 0xc0 on; an extension has a type byte. */
export const FIXED = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0,
] as const;

/** Bytes of the length that follows the first byte, from 0xc0 on; 0 where none follows. */
export const LENGTH = [
  0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4,
] as const;

/**
 * The offset behind the value at `start`, or {@link MALFORMED}. Above `end`: the bytes end inside the value, and at least
 * so many must be there to go on.
 */
export function endOfValue(bytes: Buffer, start: number, end: number): number {
  let at = start;
  for (let pending = 1; pending > 0; pending -= 1) {
    if (at >= end) return at + 1;
    const mark = bytes[at] ?? 0;
    at += 1;
    if (mark < 0x80 || mark >= 0xe0) continue;
    if (mark < 0x90) pending += (mark & 15) * 2;
    else if (mark < 0xa0) pending += mark & 15;
    else if (mark < 0xc0) at += mark & 31;
    else if (mark === 0xc1) return MALFORMED;
    else {
      const size = LENGTH[mark - 0xc0] ?? 0;
      if (size === 0) {
        at += FIXED[mark - 0xc0] ?? 0;
        continue;
      }
      if (at + size > end) return at + size;
      const length = bytes.readUIntBE(at, size);
      at += size;
      if (mark >= 0xde) pending += length * 2;
      else if (mark >= 0xdc) pending += length;
      else at += mark >= 0xc7 && mark <= 0xc9 ? length + 1 : length;
    }
  }
  return at;
}
