// Network coordinates, written in batches (spec/fsm.md, section 10): bad ones and those of unknown nodes are skipped.

import { coordinateProblem } from '../../../../wire/coordinate.js';
import type { CoordinateRecord } from '../../../../wire/records.js';
import { joinKey, keyPart } from '../store/tables/table-key.js';
import type { Tables } from '../store/tables/tables.js';

export function coordinateKey(record: CoordinateRecord): string {
  return joinKey(keyPart(record.Node), keyPart(record.Segment));
}

export function writeCoordinates(tables: Tables, batch: readonly CoordinateRecord[]): void {
  for (const record of batch) {
    if (coordinateProblem(record.Coord) !== null || !tables.local.catalog.findNode(record.Node)) continue;
    tables.coordinates.set(coordinateKey(record), record);
    tables.index.raise('coordinates');
  }
}
