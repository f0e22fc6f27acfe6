// Entries between their form on the wire, one by one, and the core's packed runs.

import { list } from '../../../msgpack/collections.js';
import type { Kind } from '../../../msgpack/kinds.js';
import { decodeConfiguration } from '../core/configuration-codec.js';
import { type EntryRun, EntryType, isEntryType, type LogIndex, logIndex, type Position, term } from '../core/entry.js';
import { type WireEntry, wireEntry } from './messages.js';

const TIME_BYTES = 15;
/** Seconds from the year 1 to 1970. */
const UNIX_EPOCH_SECONDS = 62_135_596_800;

function writeTime(into: Buffer, unixMs: number): void {
  const seconds = unixMs === 0 ? 0 : Math.floor(unixMs / 1000) + UNIX_EPOCH_SECONDS;
  into[0] = 1;
  into.writeUInt32BE(Math.floor(seconds / 2 ** 32), 1);
  into.writeUInt32BE(seconds % 2 ** 32, 5);
  into.writeUInt32BE((unixMs % 1000) * 1_000_000, 9);
  into.writeInt16BE(-1, 13);
}

/** 0 where the time isn't given in a form that is known: it means nothing to the protocol. */
function readTime(bytes: Uint8Array | null): number {
  if (bytes === null || bytes.length < TIME_BYTES || bytes[0] !== 1) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const seconds = view.getUint32(1) * 2 ** 32 + view.getUint32(5) - UNIX_EPOCH_SECONDS;
  return seconds < 0 ? 0 : seconds * 1000 + Math.floor(view.getUint32(9) / 1_000_000);
}

const wireEntries = list(wireEntry);
const appendedAt = Buffer.alloc(TIME_BYTES);

/** Runs as a list of entries, written straight from their packed bytes. */
export const packedEntries: Kind<readonly EntryRun[] | null> = {
  zero: null,
  isEmpty: (runs) => runs === null || runs.length === 0,
  write(writer, runs) {
    if (runs === null) {
      writer.nil();
      return;
    }
    writer.array(runs.reduce((sum, run) => sum + run.count, 0));
    for (const run of runs) {
      writeTime(appendedAt, run.appendedAtMs);
      const { payload, count, term: Term, type: Type } = run;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      let at = 0;
      for (let i = 0; i < count; i += 1) {
        const length = view.getUint32(at, true);
        const data = length === 0 ? null : payload.subarray(at + 4, at + 4 + length);
        at += 4 + length;
        const Index = run.firstIndex + i;
        wireEntry.write(writer, { Index, Term, Type, Data: data, Extensions: null, AppendedAt: appendedAt });
      }
    }
  },
  read: (reader) => {
    const runs = packEntries(wireEntries.read(reader) ?? [], null);
    if (typeof runs !== 'string') return runs;
    reader.fail();
    return null;
  },
};

const CHECKPOINT_TYPE = 41 | 128;
const CHECKPOINT_MAGIC = Buffer.from('03a59203d6f9d1af', 'hex');

/**
 * A stock leader's sum over its log (spec/raft.md, section 12), which is no command: what it sums isn't kept, and a stock
 * follower that gets it from here begins to sum anew.
 */
function isCheckpoint({ Data, Extensions }: WireEntry): boolean {
  if (Data?.length !== 2 || Data[0] !== CHECKPOINT_TYPE || Extensions === null) return false;
  return CHECKPOINT_MAGIC.compare(Extensions, 0, CHECKPOINT_MAGIC.length) === 0;
}

function isMalformed(entry: WireEntry, expectedIndex: number, leastTerm: number): string | null {
  if (entry.Index !== expectedIndex) return `entry ${entry.Index} where ${expectedIndex} is due`;
  if (entry.Term < leastTerm) return `entry ${entry.Index} is of an older term than the one before`;
  if (!isEntryType(entry.Type)) return `entry ${entry.Index} is of unknown type ${entry.Type}`;
  if (entry.Extensions !== null && entry.Extensions.length > 0 && !isCheckpoint(entry)) {
    return `entry ${entry.Index} is part of a larger command, which is not supported`;
  }
  const isReadable = entry.Type !== EntryType.configuration || decodeConfiguration(entry.Data ?? new Uint8Array(0));
  return isReadable === null ? `entry ${entry.Index} is no readable configuration` : null;
}

/**
 * Entries that follow `previous` (null: whatever comes first), packed; or what is wrong with them. A configuration has a run of
 * its own.
 */
export function packEntries(entries: readonly WireEntry[], previous: Position | null): readonly EntryRun[] | string {
  const runs: EntryRun[] = [];
  let index = previous?.index ?? (entries[0]?.Index ?? 1) - 1;
  let of = previous?.term ?? 0;
  for (const entry of entries) {
    index += 1;
    const problem = isMalformed(entry, index, of as number);
    if (problem !== null) return problem;
    of = term(entry.Term);
  }
  for (let from = 0; from < entries.length; ) {
    const to = endOfRun(entries, from);
    runs.push(packRun(entries, from, to));
    from = to;
  }
  return runs;
}

function endOfRun(entries: readonly WireEntry[], from: number): number {
  const first = entries[from];
  let to = from + 1;
  while (first?.Type !== EntryType.configuration && to < entries.length) {
    const next = entries[to];
    if (next?.Type !== first?.Type || next?.Term !== first?.Term) break;
    to += 1;
  }
  return to;
}

function packRun(entries: readonly WireEntry[], from: number, to: number): EntryRun {
  const first = entries[from] as WireEntry;
  let size = 0;
  for (let i = from; i < to; i += 1) size += 4 + (entries[i]?.Data?.length ?? 0);
  const payload = Buffer.allocUnsafeSlow(size);
  let at = 0;
  for (let i = from; i < to; i += 1) {
    const data = entries[i]?.Data ?? null;
    const length = data?.length ?? 0;
    at = payload.writeUInt32LE(length, at);
    if (data !== null) payload.set(data, at);
    at += length;
  }
  return {
    firstIndex: logIndex(first.Index) as LogIndex,
    count: to - from,
    term: term(first.Term),
    type: first.Type as EntryType,
    appendedAtMs: readTime(first.AppendedAt),
    payload,
  };
}
