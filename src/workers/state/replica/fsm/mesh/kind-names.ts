// Which service names there are of each kind (spec/fsm.md, section 12, "Kind names").

import { joinKey, keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';

export function addKindName(tables: Tables, kind: string, service: string): void {
  if (!tables.kindServiceNames.add(joinKey(kind, keyPart(service)), tables.journal.index)) return;
  tables.index.raise(`kind_service_names.${kind}`);
}

/** The index moves whether the name was there or not. */
export function dropKindName(tables: Tables, kind: string, serviceKey: string): void {
  tables.kindServiceNames.delete(joinKey(kind, serviceKey));
  tables.index.raise(`kind_service_names.${kind}`);
}
