// CRC-64 (ECMA-182, reflected 0xC96C5795D7870F42, all ones in and out: spec/raft.md, section 13), sixteen bytes a
// step over sixteen tables.

let tables: usize = 0;

/** Fills the tables (32 KiB at `address`). */
export function prepareCrc64(address: usize): void {
  tables = address;
  for (let i: u32 = 0; i < 256; i++) {
    let value: u64 = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0xc96c5795d7870f42 & -(value & 1));
    store<u64>(tables + (i << 3), value);
  }
  for (let table: u32 = 1; table < 16; table++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = load<u64>(tables + ((table - 1) << 11) + (i << 3));
      store<u64>(tables + (table << 11) + (i << 3), (before >> 8) ^ load<u64>(tables + ((<u32>before & 255) << 3)));
    }
  }
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function entry(table: u32, index: u64): u64 {
  return load<u64>(tables + (table << 11) + ((<u32>index & 255) << 3));
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function eight(table: u32, word: u64): u64 {
  return (
    entry(table + 7, word) ^ entry(table + 6, word >> 8) ^ entry(table + 5, word >> 16) ^ entry(table + 4, word >> 24) ^
    entry(table + 3, word >> 32) ^ entry(table + 2, word >> 40) ^ entry(table + 1, word >> 48) ^ entry(table, word >> 56)
  );
}

/** `seed` is the checksum so far, 0 at the start. */
export function crc64(seed: u64, at: usize, length: usize): u64 {
  let crc = ~seed;
  let left = length;
  while (left >= 16) {
    crc = eight(8, crc ^ load<u64>(at)) ^ eight(0, load<u64>(at, 8));
    at += 16;
    left -= 16;
  }
  while (left > 0) {
    crc = (crc >> 8) ^ entry(0, crc ^ <u64>load<u8>(at));
    at += 1;
    left -= 1;
  }
  return ~crc;
}
