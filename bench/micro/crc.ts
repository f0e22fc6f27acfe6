// CRC-32 in WASM against zlib's, which `crc32` uses for what is longer, and CRC-64 against its definition in
// JavaScript (there is no other implementation at hand). Run: node dist/bench/micro/crc.js

import zlib from 'node:zlib';
import { Crc64, crc32, wasmCrc32 } from '../../src/wasm/crc.js';
import { compare, printTable } from './measure.js';

const SIZES = [16, 64, 128, 256, 512, 1400, 65536];
const OPERATIONS = 32;

const buffers = new Map(SIZES.map((size) => [size, new Uint8Array(size).map((_, index) => index * 7)]));

function times(run: (bytes: Uint8Array) => unknown, size: number): () => void {
  const bytes = buffers.get(size) ?? new Uint8Array(0);
  return () => {
    for (let i = 0; i < OPERATIONS; i += 1) run(bytes);
  };
}

printTable(
  'CRC-32: the module alone against zlib.crc32 (decides ZLIB_FROM_BYTES)',
  SIZES.map((size) =>
    compare(`${size} B`, OPERATIONS, { wasm: times((bytes) => wasmCrc32(bytes), size), zlib: times(zlib.crc32, size) }),
  ),
  'zlib',
);
printTable(
  'CRC-32: crc32() as it is used',
  SIZES.map((size) =>
    compare(`${size} B`, OPERATIONS, { lictor: times((bytes) => crc32(bytes), size), zlib: times(zlib.crc32, size) }),
  ),
  'zlib',
);

const table = Array.from({ length: 256 }, (_, index) => {
  let value = BigInt(index);
  for (let bit = 0; bit < 8; bit += 1) value = value & 1n ? (value >> 1n) ^ 0xc96c5795d7870f42n : value >> 1n;
  return value;
});

function tableCrc64(bytes: Uint8Array): bigint {
  let crc = 0xffffffffffffffffn;
  for (const byte of bytes) crc = (crc >> 8n) ^ (table[Number(crc & 255n) ^ byte] ?? 0n);
  return crc ^ 0xffffffffffffffffn;
}

printTable(
  'CRC-64 against a table in JavaScript',
  [64, 1400, 65536].map((size) =>
    compare(`${size} B`, OPERATIONS, {
      wasm: times((bytes) => new Crc64().update(bytes).digest(), size),
      javascript: times(tableCrc64, size),
    }),
  ),
  'javascript',
);
