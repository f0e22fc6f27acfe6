// Reading the log back at the start. Every record is checked, and the whole must be one piece: from the snapshot (or the
// origin) without a hole to at least where the durable marker says it went. A log without a marker is damaged, too: its
// witness was there before its first record. Only one thing is repaired: a broken *last*
// record that was never known to be durable is a torn write and is cut. Everything else is reported with its index and
// stops the worker (docs/raft.md, "Recovery").

import type { PlacedConfiguration } from '../core/configuration.js';
import { decodeConfiguration } from '../core/configuration-codec.js';
import { type Descent, isSame } from '../core/descent.js';
import {
  type EntryRun,
  EntryType,
  type HardState,
  isNewer,
  type LogIndex,
  lastIndexOf,
  logIndex,
  type Position,
  term,
} from '../core/entry.js';
import type { RecoveredLog, TermRange } from '../core/log.js';
import { hasBegun } from './descent.js';
import type { DurableMarker } from './durable-marker.js';
import type { KeyValueStore } from './key-value-store.js';
import {
  BEGIN_KEY,
  FLOOR_KEY,
  HARD_STATE_KEY,
  indexOfKey,
  RECORDS_BEFORE,
  RECORDS_FROM,
  recordKey,
  UNPROVEN_KEY,
} from './log-keys.js';
import { decodeRecord } from './record.js';
import { decodeBegin, decodeHardState, decodeUnproven, encodeBegin, encodeUnproven } from './stable-values.js';
import { damagedAt, StorageFailure } from './storage-failure.js';

export interface Recovered {
  readonly hardState: HardState;
  readonly log: RecoveredLog;
  /** Configuration entries in the log, ascending. */
  readonly configurations: readonly PlacedConfiguration[];
  /** First index of each kept record, ascending. */
  readonly records: readonly LogIndex[];
  /** What was repaired, for the log; null when nothing had to be. */
  readonly repaired: string | null;
}

/**
 * `marker` is told before entries that were durable go. `descent`: what the log was, or is to be, given up for; `snapshot` is none of
 * those that are given up with it. Throws a StorageFailure.
 */
export async function recoverLog(
  store: KeyValueStore,
  snapshot: Position,
  marker: Pick<DurableMarker, 'index' | 'retreat'>,
  descent: Descent | null = null,
): Promise<Recovered> {
  const begin = await readBegin(store);
  const unproven = await readUnproven(store, begin);
  // A leader of a later term sent another one in place of it, and the log hasn't gone on after that.
  const isOutdone = unproven !== null && snapshot.term > unproven.term && snapshot.index <= begin;
  const isDescending = descent !== null && isSame(snapshot, descent.to) && !(await hasBegun(store, snapshot));
  const isSuperseded = isOutdone || isDescending;
  const scan = new Scan(begin);
  for await (const { key, value } of store.scan(recordKey(logIndex(1)), RECORDS_BEFORE)) scan.take(key, value);
  const durable = marker.index ?? logIndex(0);
  const torn = scan.broken;
  if (torn !== null && torn.index <= durable) throw damagedAt(torn.index, torn.problem);
  const last = scan.last ?? (begin === snapshot.index ? snapshot : { index: begin, term: term(0) });
  if (last.index < durable && snapshot.index < durable) {
    const what = `the log ends at ${last.index}, but was durable through ${durable}`;
    throw damagedAt(last.index + 1, what);
  }
  if (begin > snapshot.index && !isSuperseded) {
    const what = `the log begins after it, and the newest readable snapshot ends at ${snapshot.index}`;
    throw damagedAt(snapshot.index + 1, what);
  }
  const hasLived = (await store.get(HARD_STATE_KEY)) !== null;
  const hardState = await readHardState(store, scan, snapshot, marker.index);
  // Everything is judged; only now is anything changed.
  const repaired = torn === null ? null : await cut(store, torn);
  if (begin > 0) await store.removeRange(RECORDS_FROM, recordKey(logIndex(begin + 1)));
  if (last.index < snapshot.index || scan.contradicts(snapshot) || isSuperseded) {
    // It came from a leader or an operator. What was carried over from another directory is all there is.
    const isUnproven = hasLived && snapshot.index > 0;
    const begins = { key: BEGIN_KEY, value: encodeBegin(snapshot.index) };
    const mark = { key: UNPROVEN_KEY, value: encodeUnproven(snapshot) };
    const floor = floorOver(snapshot, descent);
    marker.retreat(snapshot.index);
    // With the new begin in one write: an entry that comes back after a crash would lie behind it.
    const removals = scan.records.map(recordKey);
    if (floor === null) removals.push(FLOOR_KEY);
    await store.write(isUnproven ? [begins, mark] : [begins], removals);
    const log = { snapshot, begin: snapshot.index, terms: [], last: snapshot, isUnproven, floor };
    return { hardState, log, configurations: [], records: [], repaired };
  }
  const isUnproven = unproven?.index === snapshot.index && unproven.term === snapshot.term;
  const floor = floorOver(last, descent);
  // It didn't begin, or is over.
  if (floor === null && (await store.get(FLOOR_KEY)) !== null) await store.write([], [FLOOR_KEY]);
  const log = { snapshot, begin, terms: scan.terms, last, isUnproven, floor };
  return { hardState, log, configurations: scan.configurations, records: scan.records, repaired };
}

/** null when the log ends there or beyond. */
function floorOver(last: Position, descent: Descent | null): Position | null {
  return descent !== null && isNewer(descent.floor, last) ? descent.floor : null;
}

interface BrokenRecord {
  readonly index: LogIndex;
  readonly key: Uint8Array;
  readonly problem: string;
}

/** Takes records in key order and keeps what recovery needs of them. */
class Scan {
  readonly begin: LogIndex;
  readonly records: LogIndex[] = [];
  readonly terms: TermRange[] = [];
  readonly configurations: PlacedConfiguration[] = [];
  /** A broken record; fatal as soon as another one follows it. */
  broken: BrokenRecord | null = null;
  last: Position | null = null;

  constructor(begin: LogIndex) {
    this.begin = begin;
  }

  take(key: Uint8Array, value: Uint8Array): void {
    const index = indexOfKey(key);
    // What compaction had dropped, but whose removal didn't reach the disk.
    if (index <= this.begin) return;
    if (this.broken) throw damagedAt(this.broken.index, this.broken.problem);
    const expected = (this.last?.index ?? this.begin) + 1;
    if (index !== expected) throw damagedAt(expected, `entries ${expected} to ${index - 1} are missing`);
    const decoded = decodeRecord(value);
    if (!decoded.ok) {
      this.broken = { index, key: key.slice(), problem: decoded.problem };
      return;
    }
    this.#keep(index, decoded.run);
  }

  /** Another entry lies where the snapshot ends: a leader sent it in place of all this. */
  contradicts({ index, term: of }: Position): boolean {
    if (index <= this.begin) return false;
    return this.terms.findLast(({ firstIndex }) => firstIndex <= index)?.term !== of;
  }

  #keep(index: LogIndex, run: EntryRun): void {
    if (run.firstIndex !== index) throw damagedAt(index, `the record there says it is ${run.firstIndex}`);
    const before = this.last?.term ?? 0;
    if (run.term < before) throw damagedAt(index, `term ${run.term} after term ${before}`);
    if (run.term !== this.terms.at(-1)?.term) this.terms.push({ firstIndex: index, term: run.term });
    if (run.type === EntryType.configuration) {
      const configuration = decodeConfiguration(run.payload.subarray(4));
      if (configuration === null) throw damagedAt(index, 'unreadable configuration');
      this.configurations.push({ index, configuration });
    }
    this.records.push(index);
    this.last = { index: lastIndexOf(run), term: run.term };
  }
}

async function cut(store: KeyValueStore, torn: BrokenRecord): Promise<string> {
  await store.write([], [torn.key]);
  return `cut an incomplete last write at index ${torn.index}: ${torn.problem}`;
}

async function readBegin(store: KeyValueStore): Promise<LogIndex> {
  const bytes = await store.get(BEGIN_KEY);
  return bytes === null ? logIndex(0) : decodeBegin(bytes);
}

/** null when what the log goes on after is known to be committed, or the log has gone on since then. */
async function readUnproven(store: KeyValueStore, begin: LogIndex): Promise<Position | null> {
  const bytes = await store.get(UNPROVEN_KEY);
  const unproven = bytes === null ? null : decodeUnproven(bytes);
  return unproven?.index === begin ? unproven : null;
}

async function readHardState(
  store: KeyValueStore,
  scan: Scan,
  snapshot: Position,
  marker: LogIndex | null,
): Promise<HardState> {
  const bytes = await store.get(HARD_STATE_KEY);
  const hasRecords = scan.last !== null || scan.broken !== null;
  if (marker === null && (bytes !== null || hasRecords)) {
    throw new StorageFailure('damaged', 'raft log is damaged: its durable marker log.durable is missing or empty');
  }
  if (bytes !== null) return decodeHardState(bytes);
  // They came with the first record; compaction may have left none.
  if (hasRecords || (marker ?? 0) > 0) {
    throw new StorageFailure('damaged', 'raft log is damaged: term and vote are missing');
  }
  // Only snapshots were carried over: go on from the newest.
  return { term: snapshot.term, vote: null };
}
