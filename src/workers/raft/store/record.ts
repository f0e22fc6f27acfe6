// One stored record: a run of log entries under the key of its first index, with a header that lets recovery check it alone
// (CRC-32 over all but the first eight bytes) and against its neighbours (index, count, term). All commands of a group
// commit share one record; that is what makes a sync of 64 entries as cheap as one of a single entry.
//
//   0  uint32 magic         8  uint64 first index   24  float64 appended at   36  uint32 payload bytes
//   4  uint32 CRC-32       16  uint64 term          32  uint32 count          40  uint8 entry type, 7 bytes zero
//   48 payload: for each entry uint32 length and that many bytes               (all little-endian)

import { crc32 } from '../../../wasm/crc.js';
import { type EntryRun, isEntryType, logIndex, term } from '../core/entry.js';

export const RECORD_HEADER_BYTES = 48;
const MAGIC = 0x3152_4c4c;
const CRC_FROM = 8;

/** Fills in the header of a record whose payload already stands at byte 48 of `target`. */
export function sealRecord(target: Buffer, run: Omit<EntryRun, 'payload'>, payloadBytes: number): void {
  target.fill(0, 0, RECORD_HEADER_BYTES);
  target.writeUInt32LE(MAGIC, 0);
  target.writeBigUInt64LE(BigInt(run.firstIndex), 8);
  target.writeBigUInt64LE(BigInt(run.term), 16);
  target.writeDoubleLE(run.appendedAtMs, 24);
  target.writeUInt32LE(run.count, 32);
  target.writeUInt32LE(payloadBytes, 36);
  target.writeUInt8(run.type, 40);
  target.writeUInt32LE(crc32(target.subarray(CRC_FROM, RECORD_HEADER_BYTES + payloadBytes)), 4);
}

export type DecodedRecord =
  | { readonly ok: true; readonly run: EntryRun }
  | { readonly ok: false; readonly problem: string };

/** The run's payload is a view of `bytes`. */
export function decodeRecord(bytes: Uint8Array): DecodedRecord {
  const record = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (record.length < RECORD_HEADER_BYTES) return broken(`${record.length} bytes are no record`);
  if (record.readUInt32LE(0) !== MAGIC) return broken('not a log record');
  const payloadBytes = record.readUInt32LE(36);
  const want = RECORD_HEADER_BYTES + payloadBytes;
  if (record.length !== want) return broken(`${record.length} bytes where ${want} were written`);
  if (record.readUInt32LE(4) !== crc32(record.subarray(CRC_FROM))) return broken('checksum mismatch');
  const type = record.readUInt8(40);
  const count = record.readUInt32LE(32);
  if (!isEntryType(type)) return broken(`unknown entry type ${type}`);
  if (count === 0) return broken('no entries');
  return {
    ok: true,
    run: {
      firstIndex: logIndex(Number(record.readBigUInt64LE(8))),
      term: term(Number(record.readBigUInt64LE(16))),
      appendedAtMs: record.readDoubleLE(24),
      count,
      type,
      payload: record.subarray(RECORD_HEADER_BYTES),
    },
  };
}

function broken(problem: string): DecodedRecord {
  return { ok: false, problem };
}
