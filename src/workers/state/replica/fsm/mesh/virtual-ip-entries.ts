// What config entries mean for virtual addresses (spec/fsm.md, sections 5 and 11): those that name a service give it one, and a
// terminating gateway's gives one to each service that it leads to, which the gateway's instances then say. Not called while
// restoring: a snapshot has the rows.

import type { ConfigEntry } from '../../../../../wire/config-entries/entries.js';
import { isSameService } from '../../store/same-service.js';
import { keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import type { EntryChange } from './config-entry-checks.js';
import { gatewayRecordAnew } from './virtual-address-tags.js';
import {
  assignVirtualIp,
  freeVirtualIp,
  GATEWAY_VIRTUAL_IPS,
  hasFlag,
  namesService,
  VIRTUAL_IPS,
} from './virtual-ip.js';

function linkedNames(entry: ConfigEntry | undefined): readonly string[] {
  if (entry?.Kind !== 'terminating-gateway') return [];
  return (entry.Services ?? []).map((linked) => linked?.Name ?? '');
}

/** Instances of the gateway say what they lead to now. */
function retagGateway(tables: Tables, gateway: string, dropped: readonly string[]): void {
  const { catalog, indexes } = tables.local;
  for (const row of catalog.findGroup(gateway)?.instances.allValues() ?? []) {
    if (row.record.Kind !== 'terminating-gateway') continue;
    const record = gatewayRecordAnew(tables, row.record, dropped);
    const node = catalog.nodes.get(row.nodeKey);
    if (node === undefined || isSameService(record, row.record)) continue;
    // As recorded: what is written this way has no nil tags and no nil metadata.
    const { Tags, Meta } = record;
    const changed = { ...record, Tags: Tags ?? [], Meta: Meta ?? {}, ModifyIndex: tables.journal.index };
    const next = { ...row, record: changed };
    catalog.services.set(row.key, next, row);
    indexes.serviceWritten(next, node, row);
  }
}

function followGateway(tables: Tables, { before, after }: EntryChange): Refusal {
  if (!hasFlag(tables, GATEWAY_VIRTUAL_IPS)) return null;
  const names = linkedNames(after);
  for (const name of names) {
    const refusal = assignVirtualIp(tables, '', name);
    if (refusal !== null) return refusal;
  }
  const kept = new Set(names.map(keyPart));
  const dropped = linkedNames(before).filter((name) => !kept.has(keyPart(name)));
  retagGateway(tables, (after ?? before)?.Name ?? '', dropped);
  for (const name of dropped) freeVirtualIp(tables, '', name);
  return null;
}

/** Call when the row is in place, or away. */
export function followEntry(tables: Tables, change: EntryChange): Refusal {
  const entry = change.after ?? change.before;
  if (entry === undefined) return null;
  if (entry.Kind === 'terminating-gateway') return followGateway(tables, change);
  if (!namesService(entry.Kind, entry.Name)) return null;
  if (change.after === undefined) freeVirtualIp(tables, '', entry.Name);
  else if (hasFlag(tables, VIRTUAL_IPS)) return assignVirtualIp(tables, '', entry.Name);
  return null;
}
