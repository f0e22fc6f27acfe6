// Cutting and joining packed entries (wire/raft/raft-port.ts): what recovery hands to the state worker is put together from
// whole records, of which it may want only a part.

import { type EntryRun, type LogIndex, lastIndexOf, type Term } from './entry.js';

/** The bytes of `count` entries of `payload`, after skipping `skip` of them. */
export function sliceEntries(payload: Uint8Array, skip: number, count: number): Uint8Array {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let begin = 0;
  for (let i = 0; i < skip; i += 1) begin += 4 + view.getUint32(begin, true);
  let end = begin;
  for (let i = 0; i < count; i += 1) end += 4 + view.getUint32(end, true);
  return payload.subarray(begin, end);
}

/** The part of a run from `from` through `through`; null when it has none of that. */
export function sliceRun(run: EntryRun, from: LogIndex, through: LogIndex): EntryRun | null {
  const firstIndex = Math.max(run.firstIndex, from) as LogIndex;
  const count = Math.min(lastIndexOf(run), through) - firstIndex + 1;
  if (count <= 0) return null;
  if (count === run.count) return run;
  return { ...run, firstIndex, count, payload: sliceEntries(run.payload, firstIndex - run.firstIndex, count) };
}

/** A copy of the one entry in `payload`. */
export function onlyEntry(payload: Uint8Array): ArrayBuffer {
  const data = new Uint8Array(payload.byteLength - 4);
  data.set(payload.subarray(4));
  return data.buffer;
}

/** The number of entries, or null when `payload` isn't a whole sequence of packed entries. */
export function countEntries(payload: Uint8Array): number | null {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  let count = 0;
  let at = 0;
  while (at + 4 <= payload.byteLength) {
    at += 4 + view.getUint32(at, true);
    count += 1;
  }
  return at === payload.byteLength ? count : null;
}

/** Entries of one term, joined in one buffer, each with its index. */
export interface JoinedEntries {
  readonly term: Term;
  readonly indexes: Float64Array<ArrayBuffer>;
  readonly entries: ArrayBuffer;
}

/** Joins the part of each run that lies within `from` and `through`. All runs are of the same term. */
export function joinRuns(runs: readonly EntryRun[], term: Term, from: LogIndex, through: LogIndex): JoinedEntries {
  const parts: Uint8Array[] = [];
  const indexes: number[] = [];
  let bytes = 0;
  for (const run of runs) {
    const first = Math.max(run.firstIndex, from);
    const last = Math.min(lastIndexOf(run), through);
    if (last < first) continue;
    const part = sliceEntries(run.payload, first - run.firstIndex, last - first + 1);
    parts.push(part);
    bytes += part.byteLength;
    for (let index = first; index <= last; index += 1) indexes.push(index);
  }
  const joined = new Uint8Array(bytes);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.byteLength;
  }
  return { term, indexes: Float64Array.from(indexes), entries: joined.buffer };
}
