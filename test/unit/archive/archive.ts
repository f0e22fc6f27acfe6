// Archives made for tests, sound or not, and what a reader makes of them.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { META, STATE, SUMS } from '../../../src/archive/archive-format.js';
import { type ReadArchive, readArchive } from '../../../src/archive/archive-read.js';
import { paddingAfter, tarEnd, tarHeader } from '../../../src/archive/tar.js';

export interface File {
  readonly name: string;
  readonly bytes: Buffer;
  /** What its header claims. */
  readonly size?: number;
}

export const STATE_BYTES = Buffer.from('the state');

export function metaOf(size: number): Buffer {
  const meta = { Version: 1, ID: '2-7-1', Index: 7, Term: 2, Peers: '', Configuration: null, Size: size };
  return Buffer.from(`${JSON.stringify(meta)}\n`);
}

export function sumsOf(files: readonly File[]): File {
  const line = ({ name, bytes }: File) => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;
  return { name: SUMS, bytes: Buffer.from(files.map(line).join('')) };
}

export function tarOf(files: readonly File[], end = tarEnd()): Buffer {
  const parts = files.flatMap(({ name, bytes, size = bytes.length }) => [
    tarHeader(name, size, 0),
    bytes,
    Buffer.alloc(paddingAfter(bytes.length)),
  ]);
  return Buffer.concat([...parts, end]);
}

export function soundFiles(state = STATE_BYTES): readonly File[] {
  const both = [
    { name: META, bytes: metaOf(state.length) },
    { name: STATE, bytes: state },
  ];
  return [...both, sumsOf(both)];
}

export interface Read {
  readonly outcome: ReadArchive;
  readonly state: Buffer;
  /** As a header claimed; null when none did. */
  readonly begun: number | null;
}

export async function readTar(tar: Buffer): Promise<Read> {
  return readBytes(gzipSync(tar));
}

export async function readBytes(bytes: Buffer, pieceBytes = 1000): Promise<Read> {
  const state: Buffer[] = [];
  let begun: number | null = null;
  const outcome = await readArchive(inPieces(bytes, pieceBytes), {
    begin: (size) => {
      begun = size;
      return null;
    },
    write: (piece) => {
      state.push(Buffer.from(piece));
      return null;
    },
    end: () => null,
  });
  return { outcome, state: Buffer.concat(state), begun };
}

async function* inPieces(bytes: Buffer, pieceBytes: number): AsyncGenerator<Uint8Array, void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
}
