// The compressed form of a message (spec/gossip.md, section 3): an algorithm, which is always LZW, and the packed bytes.

import { decode, encode, written } from '../../../msgpack/codec.js';
import type { MsgpackWriter } from '../../../msgpack/writer.js';
import { type LzwResult, lzwCompress, lzwDecompress } from '../../../wasm/lzw.js';
import { LzwDecoder, LzwEncoder } from '../../../wasm/lzw-pieces.js';
import { COMPRESS } from './message-types.js';
import { compressed } from './messages.js';

export function compress(message: Uint8Array): Uint8Array {
  return encode(compressed, { Algo: 0, Buf: lzwCompress(message) }, COMPRESS);
}

/** The same for a message that is made in pieces; the result comes in pieces, too. */
export function* compressSteps(pieces: Iterable<Uint8Array>): Generator<void, Uint8Array[]> {
  const encoder = new LzwEncoder();
  const parts: Uint8Array[] = [];
  for (const piece of pieces) {
    parts.push(...encoder.push(piece));
    yield;
  }
  parts.push(encoder.end());
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  return [written((writer) => writeHead(writer, length)), ...parts];
}

/** The struct without its last field's bytes. */
function writeHead(writer: MsgpackWriter, length: number): void {
  writer.byte(COMPRESS);
  writer.map(2);
  writer.text('Algo');
  writer.signed(0);
  writer.text('Buf');
  writer.binaryHead(length);
}

/** The stock texts, and those for what a stock agent lets pass. */
export type DecompressProblem =
  | `Cannot decompress unknown algorithm ${number}`
  | 'unexpected EOF'
  | 'lzw: invalid code'
  | 'compressed message is malformed'
  | `decompressed message is larger than limit (${number})`;

export type Decompressed =
  | { readonly ok: true; readonly message: Uint8Array; readonly next: number }
  | { readonly ok: false; readonly problem: DecompressProblem };

function packedBytes(
  input: Uint8Array,
  offset: number,
): { readonly bytes: Uint8Array; readonly next: number } | DecompressProblem {
  const read = decode(compressed, input, offset);
  if (!read.ok) return 'compressed message is malformed';
  const { Algo, Buf } = read.value;
  if (Algo !== 0) return `Cannot decompress unknown algorithm ${Algo}`;
  return { bytes: Buf ?? new Uint8Array(0), next: read.next };
}

function result(unpacked: LzwResult, next: number, most: number): Decompressed {
  if (unpacked.ok) return { ok: true, message: unpacked.bytes, next };
  switch (unpacked.problem) {
    case 'truncated':
      return { ok: false, problem: 'unexpected EOF' };
    case 'invalid-code':
      return { ok: false, problem: 'lzw: invalid code' };
    case 'too-large':
      return { ok: false, problem: `decompressed message is larger than limit (${most})` };
  }
}

/**
 * Unpacks the message at `offset`, its type byte passed already. `most` bounds what it may unpack to; `next` is the
 * offset behind the packed form.
 */
export function decompress(input: Uint8Array, offset: number, most: number): Decompressed {
  const packed = packedBytes(input, offset);
  if (typeof packed === 'string') return { ok: false, problem: packed };
  return result(lzwDecompress(packed.bytes, most), packed.next, most);
}

/** Shorter ones are unpacked in one go, in an instance that is there already. */
const SHORT_BYTES = 4096;

/** The same for a message that may be long. `onHeld` is told the memory in use, which is freed with the result. */
export function* decompressSteps(
  input: Uint8Array,
  offset: number,
  most: number,
  onHeld: (bytes: number) => void,
): Generator<void, Decompressed> {
  const packed = packedBytes(input, offset);
  if (typeof packed === 'string') return { ok: false, problem: packed };
  if (packed.bytes.length <= SHORT_BYTES) return result(lzwDecompress(packed.bytes, most), packed.next, most);
  const decoder = new LzwDecoder(packed.bytes, most);
  for (;;) {
    const unpacked = decoder.step();
    if (unpacked !== null) return result(unpacked, packed.next, most);
    onHeld(decoder.heldBytes);
    yield;
  }
}
