// Reads a snapshot stream as it arrives, in pieces of any size, into fresh tables; the store takes them over at the end. A
// stream that is cut or wrong throws, and the store stays as it was.

import { DecodeError } from '../../../../msgpack/errors.js';
import { MsgpackReader } from '../../../../msgpack/reader.js';
import { UnreadBytes } from '../../../../msgpack/unread-bytes.js';
import { decodeStruct, StructReader } from '../../../../wasm/struct.js';
import { snapshotHeaderSchema } from '../../../../wire/schema/snapshot.js';
import type { Tables } from '../store/tables/tables.js';
import { checkRecordType, SnapshotError } from './snapshot-order.js';
import { restorerOf } from './snapshot-restore.js';

/** No record may be larger; stock values end at 512 KiB, transactions don't enter snapshots. */
const MAX_RECORD_BYTES = 64 * 1024 * 1024;

function isTruncation(error: unknown): boolean {
  return error instanceof DecodeError && (error.code === 'truncated' || error.code === 'empty');
}

/** Where a restored state goes. */
export interface RestoreTarget {
  /** Empty ones, for the restore to fill. */
  makeTables(): Tables;
  replaceTables(tables: Tables, appliedIndex: number): void;
}

export class SnapshotReader {
  readonly #store: RestoreTarget;
  readonly #tables: Tables;
  readonly #unread = new UnreadBytes(MAX_RECORD_BYTES);
  #lastIndex: number | undefined;
  #records = 0;

  constructor(store: RestoreTarget) {
    this.#store = store;
    this.#tables = store.makeTables();
  }

  /** Records read so far. */
  get records(): number {
    return this.#records;
  }

  /** Takes the next bytes of the stream, which must not change afterwards. Throws {@link SnapshotError}. */
  push(chunk: Uint8Array): void {
    this.#unread.add(chunk);
    const bytes = this.#unread.take();
    if (bytes !== null) this.#read(bytes);
  }

  /**
   * Hands the restored state to the store and wakes all readers. `appliedIndex` is the Raft index the snapshot stands for,
   * where that is known; returns the stream's LastIndex.
   */
  end(appliedIndex = 0): number {
    if (this.#unread.length > 0) this.#read(this.#unread.takeAll());
    if (this.#lastIndex === undefined || this.#unread.length > 0) {
      throw new SnapshotError('truncated', 'the snapshot ends inside a record');
    }
    this.#tables.journal.begin(this.#lastIndex);
    this.#store.replaceTables(this.#tables, Math.max(appliedIndex, this.#lastIndex));
    return this.#lastIndex;
  }

  #read(bytes: Uint8Array): void {
    const offset = this.#readRecords(bytes);
    if (bytes.length - offset > MAX_RECORD_BYTES) {
      throw new SnapshotError('malformed', `a record is larger than ${MAX_RECORD_BYTES} bytes`);
    }
    this.#unread.putBack(bytes.subarray(offset));
  }

  /** Reads all complete records; returns the offset of the first incomplete one. */
  #readRecords(bytes: Uint8Array): number {
    let offset = 0;
    if (this.#lastIndex === undefined) {
      const header = new MsgpackReader(bytes);
      header.skip();
      if (header.problem === 'truncated') return 0;
      this.#lastIndex = this.#readHeader(bytes);
      offset = header.offset;
    }
    const reader = new StructReader(bytes, offset);
    try {
      while (offset < bytes.length && this.#readRecord(reader)) {
        this.#records += 1;
        offset = reader.offset;
      }
    } finally {
      reader.close();
    }
    return offset;
  }

  #readHeader(bytes: Uint8Array): number {
    try {
      return decodeStruct(snapshotHeaderSchema, bytes).value.LastIndex;
    } catch (error) {
      throw new SnapshotError('malformed', `bad snapshot header: ${error instanceof Error ? error.message : error}`);
    }
  }

  /** False when the record's end has not arrived yet. */
  #readRecord(reader: StructReader): boolean {
    const start = reader.offset;
    const type = reader.typeByte();
    checkRecordType(type);
    const restore = restorerOf(type);
    if (!restore) return this.#keepRecord(type, reader, start);
    // The journal is of no use here: it is emptied record by record.
    this.#tables.journal.begin(this.#lastIndex ?? 0);
    try {
      restore(reader, this.#tables);
      return true;
    } catch (error) {
      if (isTruncation(error)) return false;
      if (error instanceof SnapshotError) throw error;
      const text = error instanceof Error ? error.message : String(error);
      throw new SnapshotError('malformed', `record ${this.#records + 1} of type ${type}: ${text}`);
    }
  }

  #keepRecord(type: number, reader: StructReader, start: number): boolean {
    const record = new MsgpackReader(reader.bytes, start + 1);
    record.skip();
    if (record.problem === 'truncated') return false;
    if (record.problem !== null) {
      throw new SnapshotError('malformed', `record ${this.#records + 1} of type ${type}: ${record.problem}`);
    }
    this.#tables.preserve(type, new Uint8Array(reader.bytes.subarray(start, record.offset)));
    reader.offset = record.offset;
    return true;
  }
}
