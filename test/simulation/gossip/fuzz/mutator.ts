// Damages recorded bytes by a seed, in the ways that find the holes of parsers: single bits, lengths at their limits,
// pieces cut out, doubled, or put together from two recordings.

import type { Random } from '../../../random.js';

/** Lengths and counts at which readers go wrong. */
const EDGES = [0x00, 0x01, 0x7f, 0x80, 0xc0, 0xd9, 0xda, 0xdb, 0xdc, 0xdd, 0xde, 0xdf, 0xf4, 0xff] as const;

export function mutated(random: Random, corpus: readonly Uint8Array[], mostBytes: number): Uint8Array {
  let bytes: Buffer = Buffer.from(corpus[random.below(corpus.length)] ?? []);
  const rounds = 1 + random.below(4);
  for (let round = 0; round < rounds; round += 1) bytes = once(random, corpus, bytes);
  return bytes.subarray(0, mostBytes);
}

function once(random: Random, corpus: readonly Uint8Array[], bytes: Buffer): Buffer {
  const at = random.below(bytes.length + 1);
  switch (random.below(7)) {
    case 0:
      if (at < bytes.length) bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      return bytes;
    case 1:
      if (at < bytes.length) bytes[at] = random.below(256);
      return bytes;
    case 2:
      if (at < bytes.length) bytes[at] = EDGES[random.below(EDGES.length)] ?? 0;
      return bytes;
    case 3:
      return bytes.subarray(0, at);
    case 4: {
      const end = Math.min(bytes.length, at + 1 + random.below(16));
      return Buffer.concat([bytes.subarray(0, at), bytes.subarray(end)]);
    }
    case 5: {
      const end = Math.min(bytes.length, at + 1 + random.below(64));
      return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
    }
    default: {
      const other = corpus[random.below(corpus.length)] ?? bytes;
      return Buffer.concat([bytes.subarray(0, at), other.subarray(random.below(other.length + 1))]);
    }
  }
}
