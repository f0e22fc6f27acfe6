// What only a snapshot has, as tables (spec/fsm.md, section 3).

import type { Uint64 } from '../uint64.js';
import type { StructSchema } from './kinds.js';

/** The first value of a snapshot stream (spec/fsm.md, section 13). */
export interface SnapshotHeader {
  readonly LastIndex: number;
}

export const snapshotHeaderSchema: StructSchema<SnapshotHeader> = {
  name: 'SnapshotHeader',
  fields: { LastIndex: 'int' },
};

/** A row of the index table in a snapshot. */
export interface IndexRecord {
  readonly Key: string;
  readonly Value: Uint64;
}

export const indexRecordSchema: StructSchema<IndexRecord> = {
  name: 'IndexEntry',
  fields: { Key: 'string', Value: 'uint64' },
};
