// The values kept beside the entries: term and vote (spec/raft.md section 3: durable before this server speaks in the term),
// where the log begins, which snapshot it goes on after that may not be committed, and what it was given up for. JSON with a CRC-32 in front, so that a damaged one is an error and not another term.

import { crc32 } from '../../../wasm/crc.js';
import type { Descent } from '../core/descent.js';
import { type HardState, type LogIndex, logIndex, type Position, term } from '../core/entry.js';
import { StorageFailure } from './storage-failure.js';

export function encodeHardState(hardState: HardState): Uint8Array {
  return seal(JSON.stringify({ term: hardState.term, vote: hardState.vote }));
}

export function decodeHardState(bytes: Uint8Array): HardState {
  const value = open(bytes, 'term and vote');
  const { term: current, vote } = value as { term: number; vote: string | null };
  return { term: term(current), vote };
}

export function encodeBegin(index: LogIndex): Uint8Array {
  return seal(JSON.stringify({ begin: index }));
}

export function decodeBegin(bytes: Uint8Array): LogIndex {
  return logIndex((open(bytes, 'begin of the log') as { begin: number }).begin);
}

export function encodeUnproven(snapshot: Position): Uint8Array {
  return seal(JSON.stringify({ index: snapshot.index, term: snapshot.term }));
}

export function decodeUnproven(bytes: Uint8Array): Position {
  const { index, term: of } = open(bytes, 'unproven snapshot') as { index: number; term: number };
  return { index: logIndex(index), term: term(of) };
}

export function encodeDescent({ floor, to }: Descent): Uint8Array {
  return seal(JSON.stringify({ floor, to }));
}

export function decodeDescent(bytes: Uint8Array): Descent {
  const { floor, to } = open(bytes, 'floor of the log') as { floor: RawPosition; to: RawPosition };
  const position = (raw: RawPosition): Position => ({ index: logIndex(raw.index), term: term(raw.term) });
  return { floor: position(floor), to: position(to) };
}

interface RawPosition {
  readonly index: number;
  readonly term: number;
}

function seal(text: string): Uint8Array {
  const bytes = Buffer.alloc(4 + Buffer.byteLength(text));
  bytes.write(text, 4);
  bytes.writeUInt32LE(crc32(bytes.subarray(4)), 0);
  return bytes;
}

function open(bytes: Uint8Array, what: string): unknown {
  const sealed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (sealed.length < 4 || sealed.readUInt32LE(0) !== crc32(sealed.subarray(4))) {
    throw new StorageFailure('damaged', `raft log is damaged: ${what}: checksum mismatch`);
  }
  return JSON.parse(sealed.toString('utf8', 4));
}
