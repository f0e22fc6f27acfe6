// Which services gateways lead to (spec/fsm.md, section 12, "Gateway services"): those that the gateway's config entry names, and
// where it says `*` all that there are. It follows the entries of gateways, those of destinations, and the catalog.

import type { ConfigEntry, EntryOf } from '../../../../../wire/config-entries/entries.js';
import type { GatewayServiceRecord } from '../../../../../wire/mesh/gateway-service.js';
import { sameValue } from '../../store/same-value.js';
import { connectName } from '../../store/tables/catalog.js';
import { gatewayServiceKey } from '../../store/tables/gateway-service-table.js';
import type { ServiceRow } from '../../store/tables/rows.js';
import { configEntryKey, keyPart } from '../../store/tables/table-key.js';
import type { Tables } from '../../store/tables/tables.js';
import { type EntryChange, entriesOfKind } from './config-entry-checks.js';
import { topologyFollowsIngress } from './mesh-topology.js';

const INDEX = 'gateway-services';
const ALL = '*';
/** The servers' own service, which no gateway leads to. */
const CONSUL = 'consul';
const INGRESS = 'ingress-gateway';
const SERVICE = 'service';
const DESTINATION = 'destination';

type Gateway = EntryOf<'ingress-gateway' | 'terminating-gateway'>;
type Mapping = Omit<GatewayServiceRecord, 'CreateIndex' | 'ModifyIndex'>;

function isGateway(entry: ConfigEntry | undefined): entry is Gateway {
  return entry?.Kind === INGRESS || entry?.Kind === 'terminating-gateway';
}

function isDestination(entry: ConfigEntry | undefined): boolean {
  return entry?.Kind === 'service-defaults' && entry.Destination !== null;
}

/** Whether a gateway of this kind leads to the service when it leads to all. */
function qualifies(tables: Tables, key: string, gatewayKind: string): boolean {
  const group = key === CONSUL ? undefined : tables.local.catalog.group(key);
  if (group === undefined || group.typical === 0) return false;
  return gatewayKind === INGRESS ? group.connect.size > 0 : group.typicalWithoutConnect > 0;
}

function serviceKind(tables: Tables, key: string): string {
  if (key !== CONSUL && (tables.local.catalog.group(key)?.typical ?? 0) > 0) return SERVICE;
  return isDestination(tables.configEntries.get(configEntryKey('service-defaults', key))) ? DESTINATION : '';
}

function put(tables: Tables, mapping: Mapping): void {
  const index = tables.journal.index;
  const record: GatewayServiceRecord = { ...mapping, CreateIndex: index, ModifyIndex: index };
  const key = gatewayServiceKey(record);
  const stored = tables.gatewayServices.rows.get(key);
  if (stored !== undefined) {
    // What is named counts more than what is one of all.
    if (mapping.FromWildcard && !stored.record.FromWildcard) return;
    const { CreateIndex, ModifyIndex } = stored.record;
    if (sameValue(stored.record, { ...mapping, CreateIndex, ModifyIndex })) return;
  }
  const CreateIndex = stored?.record.CreateIndex ?? index;
  tables.gatewayServices.rows.set(key, { key, record: { ...record, CreateIndex } }, stored);
  tables.index.raise(INDEX);
  noteEdge(tables, key, record, true);
}

function drop(tables: Tables, key: string): void {
  const row = tables.gatewayServices.rows.get(key);
  if (row === undefined) return;
  tables.gatewayServices.rows.delete(key);
  tables.index.raise(INDEX);
  noteEdge(tables, key, row.record, false);
}

/** The mesh's topology has an edge for each service that an ingress gateway names. */
function noteEdge(
  tables: Tables,
  key: string,
  { GatewayKind, FromWildcard, Service, Gateway }: Mapping,
  isThere: boolean,
) {
  if (GatewayKind !== INGRESS || FromWildcard || Service.Name === ALL) return;
  topologyFollowsIngress(tables, key, { service: Service.Name, gateway: Gateway.Name }, isThere);
}

const PLAIN = { CAFile: '', CertFile: '', KeyFile: '', SNI: '', AutoHostRewrite: false, FromWildcard: false } as const;

/** What the entry itself names, `*` among it. */
function namedBy(tables: Tables, entry: Gateway): Mapping[] {
  const kindOf = (name: string): string => (name === ALL ? '' : serviceKind(tables, keyPart(name)));
  const shared = { Gateway: { Name: entry.Name }, GatewayKind: entry.Kind };
  if (entry.Kind === INGRESS) {
    return (entry.Listeners ?? []).flatMap(({ Port, Protocol, Services }) =>
      (Services ?? []).map(({ Name, Hosts }) => ({
        ...PLAIN,
        ...shared,
        ...{ Service: { Name }, Port, Protocol, Hosts, ServiceKind: kindOf(Name) },
      })),
    );
  }
  return (entry.Services ?? []).map(({ Name, CAFile, CertFile, KeyFile, SNI, DisableAutoHostRewrite }) => ({
    ...PLAIN,
    ...shared,
    ...{ Service: { Name }, Port: 0, Protocol: '', Hosts: null, CAFile, CertFile, KeyFile, SNI },
    ...{ AutoHostRewrite: !DisableAutoHostRewrite, ServiceKind: kindOf(Name) },
  }));
}

function oneOfAll(tables: Tables, all: Mapping, name: string): void {
  put(tables, { ...all, Service: { Name: name }, FromWildcard: true, ServiceKind: serviceKind(tables, keyPart(name)) });
}

/** Every service and destination there is that `all` stands for. */
function spread(tables: Tables, all: Mapping): void {
  for (const { spelling } of tables.local.catalog.groups()) {
    if (qualifies(tables, keyPart(spelling), all.GatewayKind)) oneOfAll(tables, all, spelling);
  }
  for (const entry of entriesOfKind(tables, 'service-defaults')) {
    if (isDestination(entry)) oneOfAll(tables, all, entry.Name);
  }
}

function leadsElsewhere(before: Gateway | undefined, after: Gateway | undefined): boolean {
  if (before === undefined || after === undefined || before.Kind !== after.Kind) return true;
  if (before.Kind === INGRESS) return !sameValue(before.Listeners, (after as EntryOf<typeof INGRESS>).Listeners);
  return !sameValue(before.Services, (after as EntryOf<'terminating-gateway'>).Services);
}

function gatewayChanged(tables: Tables, before: Gateway | undefined, after: Gateway | undefined): void {
  if (!leadsElsewhere(before, after)) return;
  for (const { key } of tables.gatewayServices.ofGateway((after ?? before)?.Name ?? '')) drop(tables, key);
  tables.index.raise(INDEX);
  const named = after === undefined ? [] : namedBy(tables, after);
  for (const mapping of named) put(tables, mapping);
  for (const mapping of named) if (mapping.Service.Name === ALL) spread(tables, mapping);
}

/** Mappings of a service, named ones and those of all, as they must be now. */
function refresh(tables: Tables, name: string): void {
  const key = keyPart(name);
  const kind = serviceKind(tables, key);
  for (const { key: row, record } of tables.gatewayServices.ofService(key)) {
    const isOneOfAll = kind === DESTINATION || qualifies(tables, key, record.GatewayKind);
    if (record.FromWildcard && !isOneOfAll) drop(tables, row);
    else if (!record.FromWildcard && kind !== '') put(tables, { ...record, ServiceKind: kind });
  }
  for (const { record } of tables.gatewayServices.ofService(ALL)) {
    if (kind === DESTINATION || qualifies(tables, key, record.GatewayKind)) oneOfAll(tables, record, name);
  }
}

/** Call when the entry is in place, or away. */
export function gatewaysFollowEntry(tables: Tables, { before, after }: EntryChange): void {
  if (isGateway(before) || isGateway(after)) {
    gatewayChanged(tables, isGateway(before) ? before : undefined, isGateway(after) ? after : undefined);
  } else if (isDestination(before) || isDestination(after)) {
    refresh(tables, (after ?? before)?.Name ?? '');
  }
}

/** Call when an instance is in place, or away: its service may be one that gateways lead to, and so may the one it serves. */
export function gatewaysFollowInstance(tables: Tables, row: ServiceRow): void {
  if (tables.gatewayServices.rows.size === 0) return;
  if (row.record.Kind === '') refresh(tables, row.record.Service);
  if (row.connectKey !== '' && row.connectKey !== row.groupKey) refresh(tables, connectName(row));
}
