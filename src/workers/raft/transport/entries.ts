// Entries between their form on the wire, one by one, and the core's packed runs.

import { list } from '../../../msgpack/collections.js';
import type { Kind } from '../../../msgpack/kinds.js';
import { decodeConfiguration } from '../core/configuration-codec.js';
import { type EntryRun, EntryType, isEntryType, type LogIndex, logIndex, type Position, term } from '../core/entry.js';
import { readTime, TIME_BYTES, writeTime } from './appended-at.js';
import { type WireEntry, wireEntry } from './messages.js';

const wireEntries = list(wireEntry);
const NOTHING = new Uint8Array(0);
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
      writeTime(appendedAt, run);
      const { payload, count, term: Term, type: Type, extensions: Extensions = null } = run;
      const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
      let at = 0;
      for (let i = 0; i < count; i += 1) {
        const length = view.getUint32(at, true);
        const data = length === 0 ? null : payload.subarray(at + 4, at + 4 + length);
        at += 4 + length;
        const Index = run.firstIndex + i;
        wireEntry.write(writer, { Index, Term, Type, Data: data, Extensions, AppendedAt: appendedAt });
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

function isMalformed(entry: WireEntry, expectedIndex: number, leastTerm: number): string | null {
  if (entry.Index !== expectedIndex) return `entry ${entry.Index} where ${expectedIndex} is due`;
  if (entry.Term < leastTerm) return `entry ${entry.Index} is of an older term than the one before`;
  if (!isEntryType(entry.Type)) return `entry ${entry.Index} is of unknown type ${entry.Type}`;
  const isReadable = entry.Type !== EntryType.configuration || decodeConfiguration(entry.Data ?? new Uint8Array(0));
  return isReadable === null ? `entry ${entry.Index} is no readable configuration` : null;
}

/**
 * Entries that follow `previous` (null: whatever comes first), packed; or what is wrong with them. A configuration and an entry
 * with extensions have a run of their own.
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
  while (first !== undefined && first.Type !== EntryType.configuration && to < entries.length) {
    const next = entries[to];
    if (next === undefined || !areOfOneRun(first, next)) break;
    to += 1;
  }
  return to;
}

function areOfOneRun(a: WireEntry, b: WireEntry): boolean {
  if (a.Type !== b.Type || a.Term !== b.Term || isExtended(a) || isExtended(b)) return false;
  return Buffer.compare(a.AppendedAt ?? NOTHING, b.AppendedAt ?? NOTHING) === 0;
}

/** None and empty ones are the same: a stock server's disk doesn't keep them apart. */
function isExtended({ Extensions }: WireEntry): boolean {
  return Extensions !== null && Extensions.length > 0;
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
  const { appendedAtMs, appendedAtRest } = readTime(first.AppendedAt);
  const run: EntryRun = {
    firstIndex: logIndex(first.Index) as LogIndex,
    count: to - from,
    term: term(first.Term),
    type: first.Type as EntryType,
    appendedAtMs,
    payload,
  };
  const timed = appendedAtRest === undefined ? run : { ...run, appendedAtRest };
  // A copy: what came is a view of the whole message.
  return isExtended(first) ? { ...timed, extensions: new Uint8Array(first.Extensions ?? NOTHING) } : timed;
}
