// Snapshot streams in tests: written whole, read in pieces, taken apart into records.

import { MsgpackReader } from '../../../../../../src/msgpack/reader.js';
import { SnapshotReader } from '../../../../../../src/workers/state/replica/snapshot/snapshot-read.js';
import { writeSnapshot } from '../../../../../../src/workers/state/replica/snapshot/snapshot-write.js';
import type { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';

export function writeAll(store: StateStore): Buffer {
  return Buffer.concat([...writeSnapshot(store.snapshot())]);
}

export function readAll(store: StateStore, stream: Uint8Array, pieceBytes = stream.length): number {
  const reader = new SnapshotReader(store);
  for (let at = 0; at < stream.length; at += pieceBytes) reader.push(stream.slice(at, at + pieceBytes));
  return reader.end();
}

/** Header and records as hex, each with its type byte. */
export function recordsOf(stream: Uint8Array): { readonly type: number | null; readonly hex: string }[] {
  const records: { type: number | null; hex: string }[] = [];
  let at = 0;
  while (at < stream.length) {
    const isHeader = records.length === 0;
    const reader = new MsgpackReader(stream, isHeader ? at : at + 1);
    reader.skip();
    const end = reader.offset;
    if (reader.problem !== null) throw new Error(`record at ${at} does not end`);
    records.push({
      type: isHeader ? null : (stream[at] ?? 0),
      hex: Buffer.from(stream.subarray(at, end)).toString('hex'),
    });
    at = end;
  }
  return records;
}
