// The tagged addresses by which an instance says its service's virtual address: `consul-virtual` of what speaks for a service in
// the mesh, `consul-virtual:NAME` for each service that a terminating gateway leads to (spec/fsm.md, section 11).

import { visibleAddress } from '../../../../../wire/mesh/virtual-ip.js';
import type { ServiceAddress, ServiceRecord } from '../../../../../wire/records.js';
import type { Tables } from '../../store/tables/tables.js';
import { findEntry } from './config-entry-checks.js';
import {
  assignVirtualIp,
  GATEWAY_VIRTUAL_IPS,
  hasFlag,
  VIRTUAL_IPS,
  type VirtualIpFlag,
  virtualIpKey,
} from './virtual-ip.js';

const CONNECT_PROXY = 'connect-proxy';
const TERMINATING_GATEWAY = 'terminating-gateway';
const TAG = 'consul-virtual';

function withTag(record: ServiceRecord, tag: string, address: ServiceAddress): ServiceRecord {
  return { ...record, TaggedAddresses: { ...record.TaggedAddresses, [tag]: address } };
}

function addressOf(tables: Tables, peer: string, service: string): string | null {
  const row = tables.virtualIps.get(virtualIpKey(peer, service));
  return row === undefined ? null : visibleAddress(row.IP);
}

/** The names behind the gateway, as its config entry lists them. */
function linkedNames(tables: Tables, gateway: string): readonly string[] {
  return (findEntry(tables, TERMINATING_GATEWAY, gateway)?.Services ?? []).map((linked) => linked?.Name ?? '');
}

function gatewayRecord(tables: Tables, record: ServiceRecord): ServiceRecord {
  let tagged = record;
  for (const name of linkedNames(tables, record.Service)) {
    const Address = addressOf(tables, '', name);
    if (Address !== null) tagged = withTag(tagged, `${TAG}:${name}`, { Address, Port: 0 });
  }
  return tagged;
}

/** Without the tags of services that a gateway no longer leads to. */
export function gatewayRecordAnew(tables: Tables, record: ServiceRecord, dropped: readonly string[]): ServiceRecord {
  const gone = new Set(dropped.map((name) => `${TAG}:${name}`));
  const kept = Object.entries(record.TaggedAddresses ?? {}).filter(([tag]) => !gone.has(tag));
  const isSame = kept.length === Object.keys(record.TaggedAddresses ?? {}).length;
  return gatewayRecord(tables, isSame ? record : { ...record, TaggedAddresses: Object.fromEntries(kept) });
}

/** The service that an instance speaks for in the mesh; "" for none. */
function servedName(record: ServiceRecord): string {
  if (record.Connect.Native) return record.Service;
  return record.Kind === CONNECT_PROXY ? record.Proxy.DestinationServiceName : '';
}

function flagFor({ Kind, Connect }: ServiceRecord): VirtualIpFlag | null {
  if (Kind === TERMINATING_GATEWAY) return GATEWAY_VIRTUAL_IPS;
  return Kind === CONNECT_PROXY || Connect.Native ? VIRTUAL_IPS : null;
}

/** As it is stored, with what its service needs assigned; the text of why it can't be. Most instances are no part of any mesh. */
export function withVirtualAddress(tables: Tables, peer: string, record: ServiceRecord): ServiceRecord | string {
  const flag = flagFor(record);
  if (flag === null || !hasFlag(tables, flag)) return record;
  if (flag === GATEWAY_VIRTUAL_IPS) return peer === '' ? gatewayRecord(tables, record) : record;
  const name = servedName(record);
  if (name === '') return record;
  const refusal = assignVirtualIp(tables, peer, name);
  if (refusal !== null) return refusal;
  return withTag(record, TAG, { Address: addressOf(tables, peer, name) ?? '', Port: record.Port });
}
