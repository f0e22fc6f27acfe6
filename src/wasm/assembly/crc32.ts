// CRC-32 (IEEE 802.3, reflected 0xEDB88320), sixteen bytes a step over sixteen tables.

let tables: usize = 0;

/** Fills the tables (16 KiB at `address`). */
export function prepareCrc32(address: usize): void {
  tables = address;
  for (let i: u32 = 0; i < 256; i++) {
    let value = i;
    for (let bit = 0; bit < 8; bit++) value = (value >> 1) ^ (0xedb88320 & -(value & 1));
    store<u32>(tables + (i << 2), value);
  }
  for (let table: u32 = 1; table < 16; table++) {
    for (let i: u32 = 0; i < 256; i++) {
      const before = load<u32>(tables + ((table - 1) << 10) + (i << 2));
      store<u32>(tables + (table << 10) + (i << 2), (before >> 8) ^ load<u32>(tables + ((before & 255) << 2)));
    }
  }
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function entry(table: u32, index: u32): u32 {
  return load<u32>(tables + (table << 10) + ((index & 255) << 2));
}

// @ts-ignore: AssemblyScript decorates functions, which TypeScript doesn't know.
@inline
function four(table: u32, word: u32): u32 {
  return entry(table + 3, word) ^ entry(table + 2, word >> 8) ^ entry(table + 1, word >> 16) ^ entry(table, word >> 24);
}

/** `seed` is the checksum so far, 0 at the start. */
export function crc32(seed: u32, at: usize, length: usize): u32 {
  let crc = ~seed;
  let left = length;
  while (left >= 16) {
    crc = four(12, crc ^ load<u32>(at)) ^ four(8, load<u32>(at, 4)) ^ four(4, load<u32>(at, 8)) ^ four(0, load<u32>(at, 12));
    at += 16;
    left -= 16;
  }
  while (left > 0) {
    crc = (crc >> 8) ^ entry(0, crc ^ load<u8>(at));
    at += 1;
    left -= 1;
  }
  return ~crc;
}
