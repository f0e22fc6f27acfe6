// The compressed form of a message (spec/gossip.md, section 3): an algorithm, which is always LZW, and the packed bytes.

import { lzwCompress, lzwDecompress } from '../../../wasm/lzw.js';
import { decode, encode } from './codec.js';
import { COMPRESS } from './message-types.js';
import { compressed } from './messages.js';

export function compress(message: Uint8Array): Uint8Array {
  return encode(compressed, { Algo: 0, Buf: lzwCompress(message) }, COMPRESS);
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

/**
 * Unpacks the message at `offset`, its type byte passed already. `most` bounds what it may unpack to; `next` is the
 * offset behind the packed form.
 */
export function decompress(input: Uint8Array, offset: number, most: number): Decompressed {
  const read = decode(compressed, input, offset);
  if (!read.ok) return { ok: false, problem: 'compressed message is malformed' };
  const { Algo, Buf } = read.value;
  if (Algo !== 0) return { ok: false, problem: `Cannot decompress unknown algorithm ${Algo}` };
  const unpacked = lzwDecompress(Buf ?? new Uint8Array(0), most);
  if (unpacked.ok) return { ok: true, message: unpacked.bytes, next: read.next };
  switch (unpacked.problem) {
    case 'truncated':
      return { ok: false, problem: 'unexpected EOF' };
    case 'invalid-code':
      return { ok: false, problem: 'lzw: invalid code' };
    case 'too-large':
      return { ok: false, problem: `decompressed message is larger than limit (${most})` };
  }
}
