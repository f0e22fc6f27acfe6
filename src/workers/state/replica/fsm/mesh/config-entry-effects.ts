// What other tables derive from config entries (spec/fsm.md, section 12): the names of services that are destinations outside
// of the mesh, and which services gateways lead to.

import type { ConfigEntry } from '../../../../../wire/config-entries/entries.js';
import { keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import type { EntryChange } from './config-entry-checks.js';
import { gatewaysFollowEntry } from './gateway-services.js';
import { addKindName, dropKindName } from './kind-names.js';

const DESTINATION = 'destination';

function isDestination(entry: ConfigEntry | undefined): entry is ConfigEntry {
  return entry?.Kind === 'service-defaults' && entry.Destination !== null;
}

/** Also called while restoring. */
export function deriveFromEntry(tables: Tables, { before, after }: EntryChange): void {
  if (isDestination(after)) addKindName(tables, DESTINATION, after.Name);
  else if (isDestination(before)) dropKindName(tables, DESTINATION, keyPart(before.Name));
  gatewaysFollowEntry(tables, { before, after });
}
