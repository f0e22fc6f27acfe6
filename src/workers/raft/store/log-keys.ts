// Key layout of the log's store: `e` and the first index as big-endian uint64 for a record, `m` and a name for the rest.
// Records sort by index; everything else sorts after them.

import type { LogIndex } from '../core/entry.js';

const RECORD = 0x65;

export function recordKey(firstIndex: LogIndex): Uint8Array {
  const key = Buffer.alloc(9);
  key.writeUInt8(RECORD, 0);
  key.writeUInt32BE(Math.floor(firstIndex / 2 ** 32), 1);
  key.writeUInt32BE(firstIndex >>> 0, 5);
  return key;
}

export function indexOfKey(key: Uint8Array): LogIndex {
  const view = new DataView(key.buffer, key.byteOffset, key.byteLength);
  return (view.getUint32(1) * 2 ** 32 + view.getUint32(5)) as LogIndex;
}

/** Before the first and after the last record. */
export const RECORDS_FROM: Uint8Array = Uint8Array.of(RECORD);
export const RECORDS_BEFORE: Uint8Array = Uint8Array.of(RECORD + 1);

export const HARD_STATE_KEY: Uint8Array = Buffer.from('mhard-state');
export const BEGIN_KEY: Uint8Array = Buffer.from('mbegin');
/** The snapshot that the log goes on after, as long as it isn't known to be committed. */
export const UNPROVEN_KEY: Uint8Array = Buffer.from('munproven');
/** Where a log ended that was given up for an older snapshot, until this one has come to it. */
export const FLOOR_KEY: Uint8Array = Buffer.from('mfloor');
