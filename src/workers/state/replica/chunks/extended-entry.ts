// Command entries with extensions, as stock leaders write them (spec/raft.md, sections 11 and 12): parts of a command that was
// too large for one entry, and sums over the log, which change nothing.

import { readVarint } from './varint.js';

export interface ExtendedEntry {
  readonly index: number;
  readonly term: number;
  readonly data: Uint8Array;
  readonly extensions: Uint8Array;
}

/** Which part of which command an entry is. */
export interface ChunkPlace {
  /** Drawn at random for each command. */
  readonly operation: bigint;
  readonly sequence: number;
  readonly count: number;
}

const CHECKPOINT_TYPE = 41 | 128;
const CHECKPOINT_MAGIC = Buffer.from('03a59203d6f9d1af', 'hex');

/** A leader's sum over its log. */
export function isCheckpoint({ data, extensions }: ExtendedEntry): boolean {
  return data.length === 2 && data[0] === CHECKPOINT_TYPE && CHECKPOINT_MAGIC.equals(extensions.subarray(0, 8));
}

/** null when the extensions say nothing that makes sense. Fields that aren't known are passed over. */
export function readPlace(extensions: Uint8Array): ChunkPlace | null {
  const fields = new Map<number, bigint>();
  for (let at = 0; at < extensions.length; ) {
    const tag = readVarint(extensions, at);
    if (tag === null) return null;
    const value = readVarint(extensions, tag.next);
    const wireType = Number(tag.value & 7n);
    if (value === null || (wireType !== 0 && wireType !== 2)) return null;
    at = value.next + (wireType === 2 ? Number(value.value) : 0);
    if (at > extensions.length) return null;
    if (wireType === 0) fields.set(Number(tag.value >> 3n), value.value);
  }
  return {
    operation: fields.get(1) ?? 0n,
    sequence: Number(fields.get(2) ?? 0n),
    count: Number(fields.get(3) ?? 0n),
  };
}
