// Network coordinates, written in batches (spec/fsm.md, section 10): bad ones and those of unknown nodes are skipped.

import type { CoordinateRecord } from '../../../wire/records.js';
import { joinKey, keyPart } from '../store/table-key.js';
import type { Tables } from '../store/tables/tables.js';

const DIMENSIONS = 8;

export function coordinateKey(record: CoordinateRecord): string {
  return joinKey(keyPart(record.Node), keyPart(record.Segment));
}

function isUsable({ Coord }: CoordinateRecord): boolean {
  return (
    Coord.Vec.length === DIMENSIONS &&
    Coord.Vec.every(Number.isFinite) &&
    Number.isFinite(Coord.Error) &&
    Number.isFinite(Coord.Adjustment) &&
    Number.isFinite(Coord.Height)
  );
}

export function writeCoordinates(tables: Tables, batch: readonly CoordinateRecord[]): void {
  for (const record of batch) {
    if (!isUsable(record) || !tables.local.catalog.findNode(record.Node)) continue;
    tables.coordinates.set(coordinateKey(record), record);
    tables.index.raise('coordinates');
  }
}
