// One stored record: a run of log entries under the key of its first index, with a header that lets recovery check it alone
// (CRC-32 over all but the first eight bytes) and against its neighbours (index, count, term). All commands of a group
// commit share one record; that is what makes a sync of 64 entries as cheap as one of a single entry.
//
//   0  uint32 magic         8  uint64 first index   24  float64 appended at   36  uint32 payload bytes
//   4  uint32 CRC-32       16  uint64 term          32  uint32 count          40  uint8 entry type
//   41 uint8: 1 when extensions follow               42  int16 minutes of zone, inverted
//   44 uint32 nanoseconds of the time below a millisecond
//   48 payload: for each entry uint32 length and that many bytes               (all little-endian)
//      then the extensions of the one entry there is: uint32 length and that many bytes; counted as payload
//
// Bytes 41 to 47 were zero before they had a meaning, and say the same now.

import { crc32 } from '../../../wasm/crc.js';
import { type EntryRun, isEntryType, logIndex, term } from '../core/entry.js';

export const RECORD_HEADER_BYTES = 48;
const MAGIC = 0x3152_4c4c;
const CRC_FROM = 8;
const UTC = -1;

/** What a record of the run has behind its payload. */
export function tailBytes({ extensions }: { readonly extensions?: Uint8Array }): number {
  return extensions === undefined ? 0 : 4 + extensions.byteLength;
}

/** Fills in a record but for its payload, `entryBytes` long, which stands at byte 48 of `target` already. */
export function sealRecord(target: Buffer, run: Omit<EntryRun, 'payload'>, entryBytes: number): void {
  const { extensions, appendedAtRest } = run;
  const payloadBytes = entryBytes + tailBytes(run);
  target.fill(0, 0, RECORD_HEADER_BYTES);
  target.writeUInt32LE(MAGIC, 0);
  target.writeBigUInt64LE(BigInt(run.firstIndex), 8);
  target.writeBigUInt64LE(BigInt(run.term), 16);
  target.writeDoubleLE(run.appendedAtMs, 24);
  target.writeUInt32LE(run.count, 32);
  target.writeUInt32LE(payloadBytes, 36);
  target.writeUInt8(run.type, 40);
  if (appendedAtRest !== undefined) {
    target.writeInt16LE(~appendedAtRest.zoneMinutes, 42);
    target.writeUInt32LE(appendedAtRest.nanoseconds, 44);
  }
  if (extensions !== undefined) {
    target.writeUInt8(1, 41);
    target.writeUInt32LE(extensions.byteLength, RECORD_HEADER_BYTES + entryBytes);
    target.set(extensions, RECORD_HEADER_BYTES + entryBytes + 4);
  }
  target.writeUInt32LE(crc32(target.subarray(CRC_FROM, RECORD_HEADER_BYTES + payloadBytes)), 4);
}

export type DecodedRecord =
  | { readonly ok: true; readonly run: EntryRun }
  | { readonly ok: false; readonly problem: string };

/** The run's payload and extensions are views of `bytes`. */
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
  const payload = record.subarray(RECORD_HEADER_BYTES);
  const run = {
    firstIndex: logIndex(Number(record.readBigUInt64LE(8))),
    term: term(Number(record.readBigUInt64LE(16))),
    appendedAtMs: record.readDoubleLE(24),
    count,
    type,
    payload,
  };
  return record.readUInt32LE(41) === 0 && record.readUInt32LE(44) === 0 ? { ok: true, run } : withRest(record, run);
}

/** What few records have: more of the time, and extensions behind the one entry. */
function withRest(record: Buffer, run: EntryRun): DecodedRecord {
  const zoneMinutes = ~record.readInt16LE(42);
  const nanoseconds = record.readUInt32LE(44);
  const isExact = zoneMinutes === UTC && nanoseconds === 0;
  const timed: EntryRun = isExact ? run : { ...run, appendedAtRest: { nanoseconds, zoneMinutes } };
  if (record.readUInt8(41) === 0) return { ok: true, run: timed };
  const payload = record.subarray(RECORD_HEADER_BYTES);
  const end = payload.length < 8 ? 0 : 4 + payload.readUInt32LE(0);
  if (end === 0 || end + 4 > payload.length || end + 4 + payload.readUInt32LE(end) !== payload.length) {
    return broken('extensions of another length');
  }
  return { ok: true, run: { ...timed, payload: payload.subarray(0, end), extensions: payload.subarray(end + 4) } };
}

function broken(problem: string): DecodedRecord {
  return { ok: false, problem };
}
