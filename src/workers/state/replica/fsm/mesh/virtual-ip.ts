// Which service has which virtual address (spec/fsm.md, section 11): given once to each service of the mesh, while the leader's
// flag says so, and taken back when nothing is left that needs it.

import type { EntryKind } from '../../../../../wire/config-entries/entries.js';
import { LAST_OFFSET, offsetBytes, offsetOf } from '../../../../../wire/mesh/virtual-ip.js';
import type { ServiceVirtualIp } from '../../../../../wire/records.js';
import { joinKey, keyPart } from '../../store/tables/table-key.js';
import { COUNTER_KEY, FREED_KEY, type Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import { entriesOfKind, findEntry } from './config-entry-checks.js';

/** Keys of the system metadata by which a leader says that all servers know of virtual addresses. */
export const VIRTUAL_IPS = 'virtual-ips';
export const GATEWAY_VIRTUAL_IPS = 'virtual-ips-term-gateway';
export type VirtualIpFlag = typeof VIRTUAL_IPS | typeof GATEWAY_VIRTUAL_IPS;

/** Config entries by whose names services have addresses. */
const NAMING_KINDS: readonly EntryKind[] = [
  'service-router',
  'service-resolver',
  'service-splitter',
  'service-defaults',
  'service-intentions',
];

const EXHAUSTED = 'cannot allocate any more unique service virtual IPs';

export function namesService(kind: EntryKind, name: string): boolean {
  return NAMING_KINDS.includes(kind) && !name.includes('*');
}

export function virtualIpKey(peer: string, service: string): string {
  return joinKey(keyPart(peer), keyPart(service));
}

export function hasFlag(tables: Tables, flag: VirtualIpFlag): boolean {
  return (tables.systemMetadata.get(flag)?.Value ?? '') !== '';
}

export function raiseVirtualIps(tables: Tables, peer: string): void {
  tables.index.raise('service-virtual-ips');
  if (peer !== '') tables.index.raise('service-virtual-ips.imported');
}

/** The freed address if there is one, else the next; null: there is none left. */
function take(tables: Tables): Uint8Array | null {
  const freed = tables.freeVirtualIps.get(FREED_KEY);
  if (freed !== undefined) {
    tables.freeVirtualIps.delete(FREED_KEY);
    return freed.IP;
  }
  const counter = tables.freeVirtualIps.get(COUNTER_KEY);
  const next = offsetOf(counter?.IP ?? null) + 1;
  if (next > LAST_OFFSET) return null;
  const IP = offsetBytes(next);
  tables.freeVirtualIps.set(COUNTER_KEY, { IP, IsCounter: true }, counter);
  return IP;
}

/** Gives a service its address where it has none; the text of why not, or null. */
export function assignVirtualIp(tables: Tables, peer: string, service: string): Refusal {
  const key = virtualIpKey(peer, service);
  if (tables.virtualIps.get(key) !== undefined) return null;
  const IP = take(tables);
  if (IP === null) return EXHAUSTED;
  const index = tables.journal.index;
  const row: ServiceVirtualIp = {
    IP,
    ManualIPs: null,
    Service: { Peer: peer, ServiceName: { Name: service } },
    CreateIndex: index,
    ModifyIndex: index,
  };
  tables.virtualIps.set(key, row, undefined);
  raiseVirtualIps(tables, peer);
  return null;
}

function isLinked(tables: Tables, service: string): boolean {
  const wanted = keyPart(service);
  return entriesOfKind(tables, 'terminating-gateway').some(({ Services }) =>
    (Services ?? []).some((linked) => keyPart(linked?.Name ?? '') === wanted),
  );
}

/** Whether an instance, a config entry or a terminating gateway still needs the address. */
function isNeeded(tables: Tables, peer: string, service: string): boolean {
  const group = tables.findCatalog(peer)?.catalog.findGroup(service);
  if (group !== undefined && group.instances.size > 0) return true;
  if (peer !== '') return false;
  return NAMING_KINDS.some((kind) => findEntry(tables, kind, service) !== undefined) || isLinked(tables, service);
}

/**
 * Takes a service's address back unless something needs it; call when what needed it is gone. Of freed addresses the last one alone
 * is remembered, as stock servers do (recorded: test/data/raft/log-server.json, indexes 122 to 130).
 */
export function freeVirtualIp(tables: Tables, peer: string, service: string): void {
  const key = virtualIpKey(peer, service);
  const row = tables.virtualIps.get(key);
  if (row === undefined || isNeeded(tables, peer, service)) return;
  tables.virtualIps.delete(key);
  tables.freeVirtualIps.set(FREED_KEY, { IP: row.IP, IsCounter: false });
  raiseVirtualIps(tables, peer);
}
