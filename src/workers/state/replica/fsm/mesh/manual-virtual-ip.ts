// Addresses that operators give a service beside its own (the command of type 43; spec/fsm.md, section 11). Each belongs to one
// service: whoever had it before loses it.

import type { PeeredServiceName, ServiceVirtualIp } from '../../../../../wire/records.js';
import { sameValue } from '../../store/same-value.js';
import type { Tables } from '../../store/tables/tables.js';
import { raiseVirtualIps, virtualIpKey } from './virtual-ip.js';

export interface ManualAssignment {
  /** False: the service has no virtual address, so nothing was changed. */
  readonly found: boolean;
  /** Who lost an address by it. */
  readonly unassignedFrom: readonly PeeredServiceName[];
}

const NOT_FOUND: ManualAssignment = { found: false, unassignedFrom: [] };

function rewrite(tables: Tables, key: string, row: ServiceVirtualIp, manual: readonly string[]): void {
  const ManualIPs = manual.length === 0 ? null : manual;
  tables.virtualIps.set(key, { ...row, ManualIPs, ModifyIndex: tables.journal.index }, row);
  raiseVirtualIps(tables, row.Service.Peer);
}

/** The rows of other services that hold one of the addresses. */
function holders(tables: Tables, own: string, wanted: ReadonlySet<string>): [string, ServiceVirtualIp][] {
  const found: [string, ServiceVirtualIp][] = [];
  tables.virtualIps.rows.forEach((row, key) => {
    if (key !== own && row.ManualIPs?.some((ip) => wanted.has(ip))) found.push([key, row]);
  });
  return found;
}

export function assignManualIps(tables: Tables, { Service, ManualIPs }: ServiceVirtualIp): ManualAssignment {
  const key = virtualIpKey(Service.Peer, Service.ServiceName.Name);
  const row = tables.virtualIps.get(key);
  if (row === undefined) return NOT_FOUND;
  const wanted = [...(ManualIPs ?? [])].sort();
  const set = new Set(wanted);
  const losers = holders(tables, key, set);
  for (const [at, other] of losers) {
    const kept = (other.ManualIPs ?? []).filter((ip) => !set.has(ip));
    rewrite(tables, at, other, kept);
  }
  if (!sameValue(row.ManualIPs ?? [], wanted)) rewrite(tables, key, row, wanted);
  return { found: true, unassignedFrom: losers.map(([, other]) => other.Service) };
}
