// How far the store's files are known to be durable, kept outside of them: a file that is cut at the right place, emptied or
// removed looks exactly like one that was never written further. So after each write this says where the log ends, and after
// each snapshot which one counts and how large it is. Only its making is synced, before the first file that relies on it;
// from then on it is overwritten in place, inside one sector. After a power loss it may lag behind, but never runs ahead: it
// can miss a loss, it can't invent one.

import { closeSync, constants, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf } from '../../../../gotext/errno.js';
import { crc32 } from '../../../../wasm/crc.js';
import { syncDirectoryNow } from '../../../../wire/sync-directory.js';
import { damagedStore } from './store-error.js';

/** What is known to be on the disk; generations are those in the names of the files. */
export interface Witnessed {
  /** The newest snapshot; 0 while there is none. */
  readonly snapshot: number;
  readonly snapshotBytes: number;
  /** The log that the first of `ends` belongs to. */
  readonly firstLog: number;
  /** Where the last acknowledged write of each log ends, one generation after the other. */
  readonly ends: readonly number[];
}

export const NOTHING: Witnessed = { snapshot: 0, snapshotBytes: 0, firstLog: 0, ends: [] };

/** 0 magic, 8 CRC-32 of what follows, 12 number of ends (u32), 16 doubles: snapshot, its bytes, first log, the ends. */
const BYTES = 512;
const MAGIC = Buffer.from('LICTMRK1', 'latin1');
const CRC_AT = 8;
const COUNT_AT = 12;
const NUMBERS_AT = 16;
const NUMBERS_BEFORE_ENDS = 3;
/** More logs than that exist only where snapshots failed again and again; of older ones nothing is said any more. */
const MOST_ENDS = 32;

function encode({ snapshot, snapshotBytes, firstLog, ends }: Witnessed, record: Buffer): void {
  record.fill(0);
  record.set(MAGIC);
  record.writeUInt32LE(ends.length, COUNT_AT);
  for (const [at, value] of [snapshot, snapshotBytes, firstLog, ...ends].entries()) {
    record.writeDoubleLE(value, NUMBERS_AT + 8 * at);
  }
}

/** Where the end at this place of `ends` stands. */
function endAt(place: number): number {
  return NUMBERS_AT + 8 * (NUMBERS_BEFORE_ENDS + place);
}

function seal(record: Buffer): void {
  record.writeUInt32LE(crc32(record.subarray(COUNT_AT)), CRC_AT);
}

/** Or what is wrong with it. */
function decode(record: Buffer): Witnessed | string {
  if (record.length !== BYTES) return `${record.length} bytes where ${BYTES} were written`;
  if (!record.subarray(0, MAGIC.length).equals(MAGIC)) return 'not a durable marker';
  if (record.readUInt32LE(CRC_AT) !== crc32(record.subarray(COUNT_AT))) return 'checksum mismatch';
  const number = (at: number): number => record.readDoubleLE(NUMBERS_AT + 8 * at);
  const ends = Array.from({ length: record.readUInt32LE(COUNT_AT) }, (_, i) => number(NUMBERS_BEFORE_ENDS + i));
  return { snapshot: number(0), snapshotBytes: number(1), firstLog: number(2), ends };
}

function contentOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

export class StoreMarker {
  readonly path: string;
  /** Null while there is no marker: a new directory, one of an older agent, or a lost marker; the files tell. */
  readonly found: Witnessed | null;
  /** As it is on the disk. */
  readonly #record = Buffer.alloc(BYTES);
  #known: Witnessed & { readonly ends: number[] };
  #descriptor: number | null = null;

  /** Changes nothing. Throws a LocalStoreError when it is damaged, and what node:fs throws. */
  constructor(path: string) {
    this.path = path;
    const content = contentOf(path);
    const found = content.length === 0 ? null : decode(content);
    if (typeof found === 'string') throw damagedStore(path, found);
    this.found = found;
    this.#known = { ...(found ?? NOTHING), ends: [...(found ?? NOTHING).ends] };
  }

  /** There is a durable marker when this returns. It says no more than it did. */
  begin(): void {
    if (this.found !== null) return;
    this.#write(NOTHING);
    fsyncSync(this.#open());
    syncDirectoryNow(dirname(this.path));
  }

  /** What the start has found to be whole, and has synced. */
  opened(known: Witnessed): void {
    this.#write(known);
  }

  /** A new log was made and is written to from now on. */
  logBegan(generation: number, end: number): void {
    const { firstLog, ends } = this.#known;
    const all = [...ends, end];
    const kept = all.slice(-MOST_ENDS);
    const first = ends.length === 0 ? generation : firstLog;
    this.#write({ ...this.#known, firstLog: first + all.length - kept.length, ends: kept });
  }

  /** The newest log is on the disk up to here. Said after each write, so nothing else in the record is made anew. */
  advance(end: number): void {
    const { ends } = this.#known;
    ends[ends.length - 1] = end;
    this.#record.writeDoubleLE(end, endAt(ends.length - 1));
    this.#put();
  }

  /** A snapshot is on the disk; what came before it counts no longer. */
  snapshotTaken(generation: number, bytes: number): void {
    const { firstLog, ends } = this.#known;
    const kept = ends.slice(Math.max(0, generation - firstLog));
    this.#write({ snapshot: generation, snapshotBytes: bytes, firstLog: Math.max(firstLog, generation), ends: kept });
  }

  close(): void {
    if (this.#descriptor === null) return;
    fsyncSync(this.#descriptor);
    closeSync(this.#descriptor);
    this.#descriptor = null;
  }

  #write({ snapshot, snapshotBytes, firstLog, ends }: Witnessed): void {
    this.#known = { snapshot, snapshotBytes, firstLog, ends: [...ends] };
    encode(this.#known, this.#record);
    this.#put();
  }

  #put(): void {
    seal(this.#record);
    writeSync(this.#open(), this.#record, 0, BYTES, 0);
  }

  #open(): number {
    this.#descriptor ??= openSync(this.path, constants.O_RDWR | constants.O_CREAT, 0o600);
    return this.#descriptor;
  }
}
