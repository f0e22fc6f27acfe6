// Checksums. CRC-32 (IEEE) for packets and private files, CRC-64 (ECMA, reflected) for snapshot files (spec/raft.md,
// section 13).

import zlib from 'node:zlib';
import { instantiate, PAGE_BYTES, reserve } from './module.js';
import { AFTER_IMAGE } from './program.js';

const exports = instantiate();
const TABLE32 = AFTER_IMAGE;
const TABLE64 = TABLE32 + 16 * 1024;
const INPUT = TABLE64 + 32 * 1024;
const INPUT_BYTES = 2 * PAGE_BYTES;
reserve(exports.memory, INPUT + INPUT_BYTES);
exports.prepareCrc32(TABLE32);
exports.prepareCrc64(TABLE64);
// This memory never grows, so the view stays.
const input = new Uint8Array(exports.memory.buffer, INPUT, INPUT_BYTES);

/**
 * Up to this many bytes the module wins over zlib's, which computes faster (it has the carry-less multiplication that
 * WebAssembly lacks) but costs more to call. bench/micro/crc.ts measures it.
 */
export const ZLIB_FROM_BYTES = 512;

/** CRC-32 of `bytes`, unsigned. `seed` is the checksum of what came before. */
export function crc32(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  if (length > ZLIB_FROM_BYTES) return zlib.crc32(bytes, seed);
  return wasmCrc32(bytes, seed);
}

/** The module's CRC-32, at any length; {@link crc32} picks the faster one. */
export function wasmCrc32(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  if (length <= 24) {
    for (let i = 0; i < length; i += 1) input[i] = bytes[i] ?? 0;
    return exports.crc32(seed, INPUT, length) >>> 0;
  }
  let crc = seed;
  for (let at = 0; at < length; at += INPUT_BYTES) {
    const size = Math.min(INPUT_BYTES, length - at);
    input.set(size === length ? bytes : bytes.subarray(at, at + size));
    crc = exports.crc32(crc, INPUT, size);
  }
  return crc >>> 0;
}

/** CRC-64 of a stream. */
export class Crc64 {
  #crc = 0n;

  update(bytes: Uint8Array): this {
    for (let at = 0; at < bytes.length; at += INPUT_BYTES) {
      const size = Math.min(INPUT_BYTES, bytes.length - at);
      input.set(size === bytes.length ? bytes : bytes.subarray(at, at + size));
      this.#crc = exports.crc64(this.#crc, INPUT, size);
    }
    return this;
  }

  /** The checksum of everything so far. */
  digest(): bigint {
    return BigInt.asUintN(64, this.#crc);
  }

  /** The same as 8 bytes, big-endian, as a snapshot's `meta.json` has it in base64. */
  digestBytes(): Uint8Array {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, this.#crc);
    return bytes;
  }
}
