// How the store's files are laid out: a magic, then frames of length (u32 LE), CRC-32 (u32 LE) and payload. A frame is what
// one write put down, so a crash leaves at most the last one incomplete: it is cut. A bad frame with a good one behind it
// can't come from a crash; it is damage, and reported with its place. Zeros behind the last frame are room for the next.
// A length with its highest bit set belongs to a payload in snappy's raw format.
//
// The magic says whether the file was written beside a marker of what is durable (store-marker.ts): older agents had none.

import { crc32 } from '../../../../wasm/crc.js';

export const MAGIC: Uint8Array = Buffer.from('LICTLOC2', 'latin1');
/** Without a marker beside it. */
export const UNWITNESSED_MAGIC: Uint8Array = Buffer.from('LICTLOC1', 'latin1');
export const HEADER_BYTES = 8;
/** No write is ever larger; a length beyond it is garbage. */
const MAX_PAYLOAD_BYTES = 256 * 1024 * 1024;

const COMPRESSED = 0x8000_0000;

/** What stands between two headers: text, or its compressed form. */
export interface Payload {
  readonly bytes: Buffer;
  readonly isCompressed: boolean;
}

/** A frame of compressed text. */
export function compressedFrame(compressed: Uint8Array): Uint8Array {
  const out = Buffer.concat([Buffer.alloc(HEADER_BYTES), compressed]);
  seal(out, COMPRESSED);
  return out;
}

/** Makes a frame of a text that has room for a header in front. */
export function sealFrame(frame: Buffer): void {
  seal(frame, 0);
}

function seal(frame: Buffer, flag: number): void {
  const payload = frame.subarray(HEADER_BYTES);
  frame.writeUInt32LE((payload.length | flag) >>> 0, 0);
  frame.writeUInt32LE(crc32(payload), 4);
}

type FileContents =
  | {
      readonly kind: 'read';
      readonly payloads: readonly Payload[];
      /** Where the next frame goes. */
      readonly end: number;
      /** An unfinished write stands there. */
      readonly torn: boolean;
      /** There must be a marker that knows of the file. */
      readonly isWitnessed: boolean;
    }
  | { readonly kind: 'damaged'; readonly offset: number };

interface Frame {
  readonly payload: Payload;
  readonly end: number;
}

function frameAt(file: Buffer, offset: number): Frame | null {
  if (offset + HEADER_BYTES > file.length) return null;
  const length = file.readUInt32LE(offset);
  const bytes = (length & ~COMPRESSED) >>> 0;
  const end = offset + HEADER_BYTES + bytes;
  if (bytes === 0 || bytes > MAX_PAYLOAD_BYTES || end > file.length) return null;
  const stored = file.subarray(offset + HEADER_BYTES, end);
  if (crc32(stored) !== file.readUInt32LE(offset + 4)) return null;
  return { payload: { bytes: stored, isCompressed: length >= COMPRESSED }, end };
}

function isZero(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0);
}

/**
 * True when a whole frame starts anywhere behind the bad one. Payloads are text, so four of its bytes taken for a length
 * are far beyond the file's end, and the search costs a compare for each byte.
 */
function goesOn(file: Buffer, offset: number): boolean {
  for (let at = offset + 1; at + HEADER_BYTES < file.length; at += 1) {
    if (file.readUInt32LE(at) > 0 && frameAt(file, at) !== null) return true;
  }
  return false;
}

export function readFrames(file: Buffer): FileContents {
  if (file.length < MAGIC.length) {
    return { kind: 'read', payloads: [], end: 0, torn: file.length > 0, isWitnessed: false };
  }
  const magic = file.subarray(0, MAGIC.length);
  const isWitnessed = magic.equals(MAGIC);
  if (!isWitnessed && !magic.equals(UNWITNESSED_MAGIC)) return { kind: 'damaged', offset: 0 };
  const payloads: Payload[] = [];
  let offset = MAGIC.length;
  while (offset < file.length) {
    const found = frameAt(file, offset);
    if (found === null) {
      if (goesOn(file, offset)) return { kind: 'damaged', offset };
      break;
    }
    payloads.push(found.payload);
    offset = found.end;
  }
  return { kind: 'read', payloads, end: offset, torn: !isZero(file.subarray(offset)), isWitnessed };
}
