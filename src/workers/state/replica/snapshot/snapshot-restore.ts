// Puts one record of a snapshot stream into empty tables, with the indexes it carries (spec/fsm.md, section 13). Nothing is
// allocated, and derived only what the stream lacks: the kind names and the gateways' services.

import { decodeEntryRequest } from '../../../../msgpack/config-entries.js';
import { DecodeError } from '../../../../msgpack/errors.js';
import { MsgpackReader } from '../../../../msgpack/reader.js';
import { codecOf, structCodec } from '../../../../wasm/encoding.js';
import type { StructReader } from '../../../../wasm/struct.js';
import { hashOfToken } from '../../../../wire/acl/hashes.js';
import type { RegisterRequest } from '../../../../wire/commands.js';
import type { CheckRecord, CoordinateRecord, ServiceRecord } from '../../../../wire/records.js';
import {
  aclAuthMethodSchema,
  aclBindingRuleSchema,
  aclPolicySchema,
  aclRoleSchema,
  aclTokenSchema,
} from '../../../../wire/schema/acl.js';
import { federationStateRequestSchema, registerSchema } from '../../../../wire/schema/commands.js';
import { caConfigurationSchema, caProviderStateSchema, caRootSchema } from '../../../../wire/schema/connect-ca.js';
import type { StructSchema } from '../../../../wire/schema/kinds.js';
import { preparedQuerySchema } from '../../../../wire/schema/prepared-query.js';
import { indexRecordSchema } from '../../../../wire/schema/snapshot.js';
import {
  autopilotSchema,
  coordinatesKind,
  freeVirtualIpSchema,
  kvEntrySchema,
  sessionSchema,
  systemMetadataSchema,
  virtualIpSchema,
} from '../../../../wire/schema/state.js';
import { readChunks } from '../chunks/chunk-record.js';
import { coordinateKey } from '../fsm/coordinate-write.js';
import { deriveFromEntry } from '../fsm/mesh/config-entry-effects.js';
import { gatewaysFollowInstance } from '../fsm/mesh/gateway-services.js';
import { topologyFollowsInstance } from '../fsm/mesh/mesh-topology.js';
import { virtualIpKey } from '../fsm/mesh/virtual-ip.js';
import { peeringKey, trustBundleKey } from '../fsm/peering/peering-write.js';
import { secretsKey } from '../fsm/peering/secrets.js';
import { nodeOf } from '../fsm/register.js';
import { addKindNames, serviceRow } from '../fsm/service-write.js';
import { aclKey } from '../store/tables/acl-tables.js';
import { queryKey } from '../store/tables/query-table.js';
import type { NodeRow } from '../store/tables/rows.js';
import { configEntryKey, joinKey, keyPart, kvTableKey } from '../store/tables/table-key.js';
import {
  AUTOPILOT_KEY,
  CA_CONFIG_KEY,
  COUNTER_KEY,
  FREED_KEY,
  type PeerCatalog,
  type Tables,
} from '../store/tables/tables.js';
import { CHUNKING_STATE, SnapshotError } from './snapshot-order.js';

// The scanner takes the schemas it knows when a stream is opened: all of them are made known before the first one is.
for (const schema of [registerSchema, kvEntrySchema, sessionSchema, autopilotSchema]) structCodec(schema);
for (const schema of [indexRecordSchema, preparedQuerySchema, systemMetadataSchema]) structCodec(schema);
for (const schema of [caRootSchema, caProviderStateSchema, caConfigurationSchema]) structCodec(schema);
for (const schema of [virtualIpSchema, freeVirtualIpSchema, federationStateRequestSchema]) structCodec(schema);
for (const schema of [aclTokenSchema, aclPolicySchema, aclRoleSchema]) structCodec(schema);
for (const schema of [aclBindingRuleSchema, aclAuthMethodSchema]) structCodec(schema);
codecOf(coordinatesKind);

type Restorer = (reader: StructReader, tables: Tables) => void;

function restoreNode(at: PeerCatalog, request: RegisterRequest): NodeRow {
  const key = keyPart(request.Node);
  const known = at.catalog.nodes.get(key);
  // Every service and check repeats its node.
  if (known) return known;
  const row: NodeRow = { key, indexKey: at.catalog.nodeIndexKey(request.Node), record: nodeOf(request) };
  at.catalog.nodes.set(key, row, undefined);
  return row;
}

function restoreService(tables: Tables, at: PeerCatalog, node: NodeRow, record: ServiceRecord): void {
  const key = joinKey(node.key, keyPart(record.ID));
  const row = serviceRow(at.catalog, node, key, record);
  at.catalog.services.set(key, row);
  if (at.catalog.peer !== '') return;
  addKindNames(tables, row);
  topologyFollowsInstance(tables, row, undefined);
  gatewaysFollowInstance(tables, row);
}

function restoreCheck(at: PeerCatalog, node: NodeRow, record: CheckRecord): void {
  const key = joinKey(node.key, keyPart(record.CheckID));
  const serviceKey = record.ServiceID === '' ? '' : joinKey(node.key, keyPart(record.ServiceID));
  const groupKey = serviceKey === '' ? '' : keyPart(record.ServiceName);
  at.catalog.checks.set(key, { key, nodeKey: node.key, serviceKey, groupKey, record });
}

function restoreRegistration(reader: StructReader, tables: Tables): void {
  const request = reader.struct(registerSchema);
  const at = tables.catalogOf(request.PeerName);
  const node = restoreNode(at, request);
  if (request.Service) restoreService(tables, at, node, request.Service);
  if (request.Check) restoreCheck(at, node, request.Check);
  for (const check of request.Checks ?? []) restoreCheck(at, node, check);
}

function restoreIndex(reader: StructReader, tables: Tables): void {
  const { Key, Value } = reader.struct(indexRecordSchema);
  if (typeof Value === 'bigint') throw new SnapshotError('malformed', `index of "${Key}" is out of range`);
  tables.index.load(Key, Value);
}

/** Before peers there was the name alone. */
const formerVirtualIpSchema: StructSchema<{ readonly Service: { readonly Name: string } }> = {
  name: 'FormerServiceVirtualIP',
  fields: {
    Service: { kind: 'struct', nullable: false, schema: { name: 'FormerServiceName', fields: { Name: 'string' } } },
  },
};
structCodec(formerVirtualIpSchema);

function restoreVirtualIp(reader: StructReader, tables: Tables): void {
  const start = reader.offset;
  let row = reader.struct(virtualIpSchema);
  if (row.Service.ServiceName.Name === '') {
    reader.offset = start;
    const { Name } = reader.struct(formerVirtualIpSchema).Service;
    row = { ...row, Service: { Peer: '', ServiceName: { Name } } };
  }
  tables.virtualIps.set(virtualIpKey(row.Service.Peer, row.Service.ServiceName.Name), row);
}

/** A record that is a protobuf message in one raw value. */
function restoreMessage(put: (tables: Tables, row: Uint8Array) => void): Restorer {
  return (reader, tables) => {
    const record = new MsgpackReader(reader.bytes, reader.offset);
    const row = record.binary();
    if (record.problem !== null || row === null) throw new DecodeError(record.problem ?? 'wrong-type', reader.offset);
    put(tables, new Uint8Array(row));
    reader.offset = record.offset;
  };
}

const RESTORERS: ReadonlyMap<number, Restorer> = new Map<number, Restorer>([
  [0, restoreRegistration],
  [
    2,
    (reader, tables) => {
      const entry = reader.struct(kvEntrySchema);
      tables.kv.entries.set(kvTableKey(entry.Key), entry);
    },
  ],
  [
    3,
    (reader, tables) => {
      const session = reader.struct(sessionSchema);
      tables.sessions.sessions.set(keyPart(session.ID), session);
    },
  ],
  [
    5,
    (reader, tables) => {
      const { Key, ModifyIndex } = reader.struct(kvEntrySchema);
      tables.kv.tombstones.set(kvTableKey(Key), { Key, Index: ModifyIndex });
      // It doesn't say whether a tree was deleted.
      tables.kv.emptiedPrefixes.set(kvTableKey(Key), ModifyIndex);
    },
  ],
  [
    6,
    (reader, tables) => {
      for (const record of reader.list<CoordinateRecord>(coordinatesKind)) {
        tables.coordinates.set(coordinateKey(record), record);
      }
    },
  ],
  [
    7,
    (reader, tables) => {
      const query = reader.struct(preparedQuerySchema);
      tables.queries.queries.set(queryKey(query.ID), query);
    },
  ],
  [9, (reader, tables) => tables.autopilot.set(AUTOPILOT_KEY, reader.struct(autopilotSchema))],
  [
    13,
    (reader, tables) => {
      const root = reader.struct(caRootSchema);
      tables.caRoots.set(root.ID, root);
    },
  ],
  [
    14,
    (reader, tables) => {
      const state = reader.struct(caProviderStateSchema);
      tables.caProviderState.set(state.ID, state);
    },
  ],
  [15, (reader, tables) => tables.caConfig.set(CA_CONFIG_KEY, reader.struct(caConfigurationSchema))],
  [16, restoreIndex],
  [
    17,
    (reader, tables) => {
      const token = reader.struct(aclTokenSchema);
      tables.acl.tokens.set(token.SecretID, { ...token, Hash: token.Hash ?? hashOfToken(token) });
    },
  ],
  [
    19,
    (reader, tables) => {
      const policy = reader.struct(aclPolicySchema);
      tables.acl.policies.set(aclKey(policy.ID), policy);
    },
  ],
  [
    23,
    (reader, tables) => {
      const role = reader.struct(aclRoleSchema);
      tables.acl.roles.set(aclKey(role.ID), role);
    },
  ],
  [
    25,
    (reader, tables) => {
      const rule = reader.struct(aclBindingRuleSchema);
      tables.acl.bindingRules.set(aclKey(rule.ID), rule);
    },
  ],
  [
    27,
    (reader, tables) => {
      const method = reader.struct(aclAuthMethodSchema);
      tables.acl.authMethods.set(aclKey(method.Name), method);
    },
  ],
  [
    22,
    (reader, tables) => {
      const { request, next } = decodeEntryRequest(reader.bytes, reader.offset);
      const { Entry } = request;
      tables.configEntries.set(configEntryKey(Entry.Kind, Entry.Name), Entry);
      deriveFromEntry(tables, { before: undefined, after: Entry });
      reader.offset = next;
    },
  ],
  [
    30,
    (reader, tables) => {
      const { State } = reader.struct(federationStateRequestSchema);
      tables.federationStates.set(keyPart(State.Datacenter), State);
    },
  ],
  [
    31,
    (reader, tables) => {
      const entry = reader.struct(systemMetadataSchema);
      tables.systemMetadata.set(entry.Key, entry);
    },
  ],
  [35, restoreMessage((tables, row) => tables.peerings.set(peeringKey(row), row))],
  [38, restoreMessage((tables, row) => tables.peeringTrustBundles.set(trustBundleKey(row), row))],
  [40, restoreMessage((tables, row) => tables.peeringSecrets.set(secretsKey(row), row))],
  [32, restoreVirtualIp],
  [
    33,
    (reader, tables) => {
      const row = reader.struct(freeVirtualIpSchema);
      tables.freeVirtualIps.set(row.IsCounter ? COUNTER_KEY : FREED_KEY, row);
    },
  ],
  [
    CHUNKING_STATE,
    (reader, tables) => {
      reader.offset = readChunks(reader.bytes, reader.offset, tables.chunks);
    },
  ],
]);

/** How to restore a record of this type; undefined: the type isn't interpreted, its bytes are kept. */
export function restorerOf(type: number): Restorer | undefined {
  return RESTORERS.get(type);
}
