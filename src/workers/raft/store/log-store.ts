// The durable log over any key-value store: packs a group commit into records, reads ranges back, drops what snapshots
// cover. Holds no entries itself, only where each record begins.

import type { Descent } from '../core/descent.js';
import {
  areAlike,
  bytesOf,
  type EntryRun,
  EntryType,
  isNewer,
  type LogIndex,
  lastIndexOf,
  logIndex,
  type Position,
} from '../core/entry.js';
import { sliceEntries } from '../core/packed.js';
import type { Persist } from '../core/ready.js';
import type { DurableMarker } from './durable-marker.js';
import type { KeyValueStore, Put } from './key-value-store.js';
import { BEGIN_KEY, FLOOR_KEY, HARD_STATE_KEY, RECORDS_FROM, recordKey, UNPROVEN_KEY } from './log-keys.js';
import type { Recovered } from './log-recovery.js';
import { RecentRuns } from './recent-runs.js';
import { decodeRecord, RECORD_HEADER_BYTES, sealRecord, tailBytes } from './record.js';
import { encodeBegin, encodeDescent, encodeHardState, encodeUnproven } from './stable-values.js';
import { damagedAt } from './storage-failure.js';

/** A record stops growing here: it is what a reader must take at once. A single proposal may still be larger. */
const MAX_RECORD_BYTES = 1024 * 1024;
/** The encode buffer is kept for the next write up to this size. */
const MAX_KEPT_BYTES = 4 * 1024 * 1024;

const NO_REMOVALS: readonly Uint8Array[] = [];

export class LogStore {
  readonly #store: KeyValueStore;
  readonly #marker: DurableMarker;
  /** First index of each record, ascending. */
  readonly #records: LogIndex[];
  readonly #recent = new RecentRuns();
  #last: LogIndex;
  /** Where a log ended that this one took the place of, and hasn't come to yet. */
  #floor: Position | null;
  #scratch = Buffer.allocUnsafe(0);

  constructor(store: KeyValueStore, marker: DurableMarker, recovered: Recovered) {
    this.#store = store;
    this.#marker = marker;
    this.#records = [...recovered.records];
    this.#last = recovered.log.last.index;
    this.#floor = recovered.log.floor;
  }

  /** The index before the first entry that is kept. While entries are being dropped it is ahead of what the core knows. */
  get begin(): LogIndex {
    return ((this.#records[0] ?? this.#last + 1) - 1) as LogIndex;
  }

  /** Durable once resolved. One write at a time. */
  async persist(work: Persist): Promise<void> {
    const puts: Put[] = [];
    if (work.hardState) puts.push({ key: HARD_STATE_KEY, value: encodeHardState(work.hardState) });
    let removals = NO_REMOVALS;
    if (work.restart) removals = this.#restart(work.restart, puts);
    else if (work.truncateAfter !== null) removals = await this.#truncate(work.truncateAfter, puts);
    if (work.isProven) removals = [...removals, UNPROVEN_KEY];
    const reachesFloor = this.#reachesFloor(work);
    if (reachesFloor) removals = [...removals, FLOOR_KEY];
    const groups = groupsOf(work.runs);
    let at = 0;
    const scratch = this.#scratchFor(groups);
    for (const runs of groups) {
      const { key, value } = pack(runs, scratch, at);
      puts.push({ key, value });
      at += value.byteLength;
    }
    await this.#store.write(puts, removals);
    if (reachesFloor) this.#floor = null;
    const last = work.runs.at(-1);
    if (!last) return;
    for (const runs of groups) if (runs[0]) this.#records.push(runs[0].firstIndex);
    this.#recent.add(work.runs);
    this.#last = lastIndexOf(last);
    this.#marker.advance(this.#last);
  }

  /**
   * Runs from `from` on, whole ones, that begin by `through` at the latest, until `maxBytes` of payload are read (at least
   * one); a first run may begin before `from`. Throws a StorageFailure when the disk has lost what was there.
   */
  async read(from: LogIndex, through: LogIndex, maxBytes: number): Promise<readonly EntryRun[]> {
    return this.#recent.read(from, through, maxBytes) ?? this.#readRecords(from, through, maxBytes);
  }

  async #readRecords(from: LogIndex, through: LogIndex, maxBytes: number): Promise<readonly EntryRun[]> {
    const runs: EntryRun[] = [];
    let bytes = 0;
    let expected = this.#recordOf(from);
    for await (const { value } of this.#store.scan(recordKey(expected), recordKey(logIndex(through + 1)))) {
      const decoded = decodeRecord(value);
      if (!decoded.ok) throw damagedAt(expected, decoded.problem);
      if (decoded.run.firstIndex !== expected) throw damagedAt(expected, 'entry is missing');
      runs.push(decoded.run);
      expected = logIndex(lastIndexOf(decoded.run) + 1);
      bytes += bytesOf(decoded.run);
      if (bytes >= maxBytes) break;
    }
    if (runs.length === 0) throw damagedAt(expected, 'entry is missing');
    return runs;
  }

  /**
   * Drops whole records through `index` at most; answers the last index dropped, or null when there was nothing to drop.
   * The new begin is durable before anything is removed: removals that a crash loses are done again at the next start.
   */
  async dropThrough(index: LogIndex): Promise<LogIndex | null> {
    const keep = this.#positionOf(logIndex(index + 1));
    if (keep <= 0) return null;
    const firstKept = this.#records[keep] ?? logIndex(this.#last + 1);
    const begin = logIndex(firstKept - 1);
    await this.#store.write([{ key: BEGIN_KEY, value: encodeBegin(begin) }], NO_REMOVALS);
    // A snapshot may have taken the place of all records meanwhile.
    const kept = this.#records.findIndex((first) => first >= firstKept);
    this.#records.splice(0, kept < 0 ? this.#records.length : kept);
    this.#recent.dropThrough(begin);
    await this.#store.removeRange(RECORDS_FROM, recordKey(firstKept));
    return begin;
  }

  /** What lies beyond `index` is about to be given up: no start may miss it. */
  retreat(index: LogIndex): void {
    this.#marker.retreat(index);
  }

  /**
   * The log is about to be given up for an older snapshot; null: it counts, whatever was given up before. Durable once resolved. Means
   * nothing before the snapshot is there.
   */
  async descend(descent: Descent | null): Promise<void> {
    this.#floor = descent?.floor ?? null;
    if (descent === null) await this.#store.write([], [FLOOR_KEY]);
    else await this.#store.write([{ key: FLOOR_KEY, value: encodeDescent(descent) }], NO_REMOVALS);
  }

  async close(): Promise<void> {
    await this.#store.close();
    this.#marker.close();
  }

  /** Whether the log is at least as far, with this write, as one that it took the place of. */
  #reachesFloor({ restart, runs }: Persist): boolean {
    const floor = this.#floor;
    if (floor === null) return false;
    const run = runs.at(-1);
    const end = run ? { index: lastIndexOf(run), term: run.term } : restart;
    return end !== null && !isNewer(floor, end);
  }

  /** Everything goes; the log goes on after `snapshot`, of which nobody knows yet whether it is committed. */
  #restart(snapshot: Position, puts: Put[]): readonly Uint8Array[] {
    const { index } = snapshot;
    this.#recent.clear();
    this.#marker.retreat(index);
    puts.push({ key: BEGIN_KEY, value: encodeBegin(index) });
    puts.push({ key: UNPROVEN_KEY, value: encodeUnproven(snapshot) });
    this.#last = index;
    return this.#records.splice(0).map(recordKey);
  }

  /** Keys to remove with the next write, and in `puts` what is left of a record that is only cut shorter. */
  async #truncate(index: LogIndex, puts: Put[]): Promise<readonly Uint8Array[]> {
    this.#recent.truncateAfter(index);
    this.#marker.retreat(index);
    const at = this.#positionOf(index);
    const holder = at < this.#records.length ? (this.#records[at] ?? null) : null;
    const removed = this.#records.splice(at + 1).map(recordKey);
    if (holder !== null) {
      const [run] = await this.#readRecords(holder, holder, 0);
      if (run && lastIndexOf(run) > index) {
        const count = index - holder + 1;
        const payload = sliceEntries(run.payload, 0, count);
        const target = Buffer.allocUnsafe(RECORD_HEADER_BYTES + payload.byteLength);
        puts.push(pack([{ ...run, count, payload }], target, 0));
      }
    }
    this.#last = index;
    return removed;
  }

  /** Position of the record holding `index`; when it is beyond the last record's end, the number of records. */
  #positionOf(index: LogIndex): number {
    if (index > this.#last) return this.#records.length;
    let low = 0;
    let high = this.#records.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#records[middle] ?? 0) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #recordOf(index: LogIndex): LogIndex {
    return this.#records[this.#positionOf(index)] ?? index;
  }

  #scratchFor(groups: readonly (readonly EntryRun[])[]): Buffer {
    let bytes = 0;
    for (const runs of groups) {
      bytes += RECORD_HEADER_BYTES;
      for (const run of runs) bytes += run.payload.byteLength + tailBytes(run);
    }
    if (bytes <= this.#scratch.length) return this.#scratch;
    const larger = Buffer.allocUnsafe(Math.max(bytes, Math.min(2 * bytes, MAX_KEPT_BYTES)));
    if (larger.length <= MAX_KEPT_BYTES) this.#scratch = larger;
    return larger;
  }
}

/** Runs that share a record: commands of one term and time, up to the size bound. */
function groupsOf(runs: readonly EntryRun[]): EntryRun[][] {
  const groups: EntryRun[][] = [];
  let bytes = 0;
  for (const run of runs) {
    const group = groups.at(-1);
    const head = group?.[0];
    const fits = bytes + run.payload.byteLength <= MAX_RECORD_BYTES;
    if (group && head && fits && run.type === EntryType.command && areAlike(head, run)) {
      group.push(run);
      bytes += run.payload.byteLength;
    } else {
      groups.push([run]);
      bytes = run.payload.byteLength;
    }
  }
  return groups;
}

function pack(runs: readonly EntryRun[], target: Buffer, at: number): Put {
  const head = runs[0];
  if (!head) throw new Error('no runs to pack');
  let end = at + RECORD_HEADER_BYTES;
  let count = 0;
  for (const run of runs) {
    target.set(run.payload, end);
    end += run.payload.byteLength;
    count += run.count;
  }
  const value = target.subarray(at, end + tailBytes(head));
  sealRecord(value, { ...head, count }, end - at - RECORD_HEADER_BYTES);
  return { key: recordKey(head.firstIndex), value };
}
