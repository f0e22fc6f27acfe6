// LZW as in GIF (spec/gossip.md, section 3): least significant bit first, 8-bit literals, clear code 256, end code 257,
// codes of 9 to 12 bits.

const CLEAR: u32 = 256;
const END: u32 = 257;
const FIRST_WIDTH: u32 = 9;
const MOST_WIDTH: u32 = 12;
const CODES: u32 = 4096;

// The encoder's table: open addressing, an entry is string (prefix code and byte, 20 bits) and code (12 bits); 0 is empty.
const SLOTS: u32 = 16384;
const SLOTS_BYTES: usize = <usize>SLOTS * 4;

const TRUNCATED: i32 = -1;
const INVALID_CODE: i32 = -2;
const TOO_LARGE: i32 = -3;

let table: usize = 0;

/** Bytes of working space that both directions need. */
export function lzwTableBytes(): usize {
  return SLOTS_BYTES;
}

export function prepareLzw(address: usize): void {
  table = address;
}

let out: usize = 0;
let bits: u32 = 0;
let held: u32 = 0;
let width: u32 = 0;
let highest: u32 = 0;

function put(code: u32): void {
  bits |= code << held;
  held += width;
  while (held >= 8) {
    store<u8>(out, bits);
    out += 1;
    bits >>= 8;
    held -= 8;
  }
}

/** Counts an emitted code. True when the table was full and starts anew. */
function count(): bool {
  highest += 1;
  if (highest == 1 << width && width < MOST_WIDTH) width += 1;
  if (highest < CODES - 1) return false;
  put(CLEAR);
  start();
  return true;
}

function start(): void {
  width = FIRST_WIDTH;
  highest = END;
  memory.fill(table, 0, SLOTS_BYTES);
}

/** No byte has come yet. */
const NONE: u32 = 0xffffffff;

/** The longest string that ends with the last byte and has a code. */
let string: u32 = NONE;

/** Begins an output that is made in pieces. */
export function lzwEncodeStart(): void {
  start();
  bits = CLEAR;
  held = FIRST_WIDTH;
  string = NONE;
}

/** `target` needs room for twice the piece and 16 bytes more. Answers how many bytes were written there. */
export function lzwEncodeMore(source: usize, length: usize, target: usize): usize {
  out = target;
  let prefix = string;
  let i: usize = 0;
  if (prefix == NONE && length > 0) {
    prefix = load<u8>(source);
    i = 1;
  }
  for (; i < length; i++) {
    const next: u32 = load<u8>(source + i);
    const key = (prefix << 8) | next;
    let slot = ((key >> 8) ^ (key * 37)) & (SLOTS - 1);
    let entry = load<u32>(table + (slot << 2));
    while (entry != 0 && entry >> 12 != key) {
      slot = (slot + 1) & (SLOTS - 1);
      entry = load<u32>(table + (slot << 2));
    }
    if (entry != 0) {
      prefix = entry & 4095;
      continue;
    }
    put(prefix);
    prefix = next;
    if (!count()) store<u32>(table + (slot << 2), (key << 12) | highest);
  }
  string = prefix;
  return out - target;
}

/** The last bytes of the output, at most 16. */
export function lzwEncodeEnd(target: usize): usize {
  out = target;
  if (string != NONE) {
    put(string);
    count();
  }
  put(END);
  if (held > 0) {
    store<u8>(out, bits);
    out += 1;
  }
  return out - target;
}

/** All in one. `target` needs room for twice the input and 16 bytes more. Answers the length of the output. */
export function lzwEncode(source: usize, length: usize, target: usize): usize {
  lzwEncodeStart();
  const written = lzwEncodeMore(source, length, target);
  return written + lzwEncodeEnd(target + written);
}

// The decoder. Every string of its table is a piece of the output written so far: its address and length are all that is
// kept, so the output stays where it is until the end.
let to: usize = 0;
let waiting: u32 = 0;
let available: u32 = 0;
let size: u32 = 0;
let free: u32 = 0;
let previous: usize = 0;
let previousLength: usize = 0;
let at: usize = 0;

/** Begins an output at `target`. */
export function lzwDecodeStart(target: usize): void {
  to = target;
  waiting = 0;
  available = 0;
  size = FIRST_WIDTH;
  free = CLEAR + 2;
  previous = 0;
  previousLength = 0;
}

/** Where the next piece of the input is. */
export function lzwDecodeFrom(source: usize): void {
  at = source;
}

/** Where the output ends now. */
export function lzwDecodedEnd(): usize {
  return to;
}

/**
 * Reads on, to `end` at most; the output may go up to `limit`. Answers 0 when the end code was read. TRUNCATED: another
 * piece is wanted. TOO_LARGE: the next string doesn't fit; it may be called again with a higher limit.
 */
export function lzwDecodeMore(end: usize, limit: usize): i32 {
  for (;;) {
    while (available < size) {
      if (at >= end) return TRUNCATED;
      waiting |= <u32>load<u8>(at) << available;
      at += 1;
      available += 8;
    }
    const code = waiting & ((1 << size) - 1);
    if (code == END) break;
    if (code == CLEAR) {
      waiting >>= size;
      available -= size;
      size = FIRST_WIDTH;
      free = CLEAR + 2;
      previousLength = 0;
      continue;
    }
    const began = to;
    // The string behind `previous` in the output, one byte longer: this code's first byte completes it.
    if (code < CLEAR) {
      if (to >= limit) return TOO_LARGE;
      store<u8>(to, code);
      to += 1;
    } else {
      let from: usize;
      let many: usize;
      if (code < free) {
        from = load<u32>(table + (code << 3));
        many = load<u32>(table + (code << 3), 4);
      } else if (code == free && previousLength > 0) {
        from = previous;
        many = previousLength + 1;
      } else {
        return INVALID_CODE;
      }
      if (many > limit - to) return TOO_LARGE;
      // The pieces may overlap (a string that repeats itself): byte by byte, forwards.
      for (let i: usize = 0; i < many; i++) store<u8>(to + i, load<u8>(from + i));
      to += many;
    }
    waiting >>= size;
    available -= size;
    if (previousLength > 0 && free < CODES) {
      store<u32>(table + (free << 3), previous);
      store<u32>(table + (free << 3), previousLength + 1, 4);
      free += 1;
      if (free == 1 << size && size < MOST_WIDTH) size += 1;
    }
    previous = began;
    previousLength = to - began;
  }
  return 0;
}

/** All in one. Answers the length of the output, or a negative problem. */
export function lzwDecode(source: usize, length: usize, target: usize, room: usize): i32 {
  lzwDecodeStart(target);
  lzwDecodeFrom(source);
  const problem = lzwDecodeMore(source + length, target + room);
  return problem < 0 ? problem : <i32>(to - target);
}
