// Snappy's block format: the length of what was packed, then literals and copies of what came before. The packer looks for
// copies within 64 KiB alone, with one place for each hash, and looks less often the longer it finds nothing: it is meant to cost little.

const BLOCK: usize = 65536;
const HASH_BITS: u32 = 14;
const TABLE_BYTES: usize = 2 << HASH_BITS;
/** The end of a block has no copies, so that words can be read without a look at its end. */
const MARGIN: usize = 15;
/** So many misses before every second byte is tried, then every third, and so on. */
const PATIENCE: u32 = 32;

const LITERAL: u32 = 0;
const NEAR_COPY: u32 = 1;
const COPY: u32 = 2;
const FAR_COPY: u32 = 3;

const CORRUPT: i32 = -1;

let table: usize = 0;
let out: usize = 0;

/** Bytes of working space that packing needs. */
export function snappyTableBytes(): usize {
  return TABLE_BYTES;
}

export function prepareSnappy(address: usize): void {
  table = address;
}

function slotOf(word: u32): usize {
  return table + ((<usize>((word * 0x1e35a7bd) >> (32 - HASH_BITS))) << 1);
}

/** `target` needs room for a sixth more than `length`, and 32 bytes. Answers how many bytes were written there. */
export function snappyEncode(source: usize, length: usize, target: usize): usize {
  out = target;
  let rest = <u32>length;
  while (rest >= 0x80) {
    store<u8>(out++, rest | 0x80);
    rest >>= 7;
  }
  store<u8>(out++, rest);
  const end = source + length;
  for (let at = source; at < end; at += BLOCK) encodeBlock(at, min(BLOCK, end - at));
  return out - target;
}

function encodeBlock(base: usize, size: usize): void {
  const end = base + size;
  let from = base;
  if (size > MARGIN) {
    memory.fill(table, 0, TABLE_BYTES);
    const last = end - MARGIN;
    let at = base + 1;
    let misses = PATIENCE;
    while (at < last) {
      const word = load<u32>(at);
      const slot = slotOf(word);
      const candidate = base + <usize>load<u16>(slot);
      store<u16>(slot, <u16>(at - base));
      if (load<u32>(candidate) != word) {
        at += <usize>(misses >> 5);
        misses += 1;
        continue;
      }
      misses = PATIENCE;
      putLiteral(from, at - from);
      const length = lengthOfMatch(candidate, at, end);
      putCopy(<u32>(at - candidate), <u32>length);
      at += length;
      from = at;
      if (at < last) store<u16>(slotOf(load<u32>(at - 1)), <u16>(at - 1 - base));
    }
  }
  putLiteral(from, end - from);
}

/** Four bytes are known to match. */
function lengthOfMatch(candidate: usize, at: usize, end: usize): usize {
  let length: usize = 4;
  while (at + length + 8 <= end) {
    const difference = load<u64>(candidate + length) ^ load<u64>(at + length);
    if (difference != 0) return length + (<usize>ctz(difference) >> 3);
    length += 8;
  }
  while (at + length < end && load<u8>(candidate + length) == load<u8>(at + length)) length += 1;
  return length;
}

function putLiteral(from: usize, length: usize): void {
  if (length == 0) return;
  const n = <u32>(length - 1);
  if (n < 60) {
    store<u8>(out++, (n << 2) | LITERAL);
  } else if (n < 256) {
    store<u8>(out, (60 << 2) | LITERAL);
    store<u8>(out + 1, n);
    out += 2;
  } else {
    store<u8>(out, (61 << 2) | LITERAL);
    store<u16>(out + 1, <u16>n);
    out += 3;
  }
  memory.copy(out, from, length);
  out += length;
}

function putCopy(offset: u32, length: u32): void {
  let rest = length;
  while (rest >= 68) {
    putCopyOf(offset, 64);
    rest -= 64;
  }
  if (rest > 64) {
    putCopyOf(offset, 60);
    rest -= 60;
  }
  if (rest >= 12 || offset >= 2048) {
    putCopyOf(offset, rest);
    return;
  }
  store<u8>(out, ((offset >> 8) << 5) | ((rest - 4) << 2) | NEAR_COPY);
  store<u8>(out + 1, offset);
  out += 2;
}

function putCopyOf(offset: u32, length: u32): void {
  store<u8>(out, ((length - 1) << 2) | COPY);
  store<u16>(out + 1, <u16>offset);
  out += 3;
}

/**
 * Unpacks what follows the length; it must become exactly `size` bytes, behind which 8 more may be overwritten. Answers `size`, or
 * less than 0 when it isn't what packing makes: nothing outside of `target` was read or written then.
 */
export function snappyDecode(source: usize, length: usize, target: usize, size: usize): i32 {
  const end = source + length;
  const full = target + size;
  let at = source;
  let to = target;
  while (at < end) {
    const tag = <u32>load<u8>(at++);
    const kind = tag & 3;
    if (kind == LITERAL) {
      let n = <usize>(tag >> 2);
      if (n >= 60) {
        const bytes = n - 59;
        if (end - at < bytes) return CORRUPT;
        n = 0;
        for (let i: usize = 0; i < bytes; i += 1) n |= (<usize>load<u8>(at + i)) << (i << 3);
        at += bytes;
      }
      // Compared before one is added: the longest would become none.
      if (n >= end - at || n >= full - to) return CORRUPT;
      n += 1;
      memory.copy(to, at, n);
      at += n;
      to += n;
      continue;
    }
    let n: usize;
    let offset: usize;
    if (kind == NEAR_COPY) {
      if (at == end) return CORRUPT;
      n = 4 + <usize>((tag >> 2) & 7);
      offset = (<usize>(tag >> 5) << 8) | <usize>load<u8>(at);
      at += 1;
    } else {
      const bytes: usize = kind == FAR_COPY ? 4 : 2;
      if (end - at < bytes) return CORRUPT;
      n = 1 + <usize>(tag >> 2);
      offset = kind == FAR_COPY ? <usize>load<u32>(at) : <usize>load<u16>(at);
      at += bytes;
    }
    if (offset == 0 || offset > to - target || n > full - to) return CORRUPT;
    copyWithin(to, to - offset, offset, n);
    to += n;
  }
  return to == full ? <i32>size : CORRUPT;
}

/** A copy may be of bytes that it makes itself. */
function copyWithin(to: usize, from: usize, offset: usize, length: usize): void {
  let i: usize = 0;
  if (offset >= 8) {
    for (; i < length; i += 8) store<u64>(to + i, load<u64>(from + i));
    return;
  }
  for (; i < length; i += 1) store<u8>(to + i, load<u8>(from + i));
}
