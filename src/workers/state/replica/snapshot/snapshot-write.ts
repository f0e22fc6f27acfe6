// Writes the state as Consul's snapshot stream (spec/fsm.md, section 13), a chunk at a time: whoever pulls decides how much
// of a turn it takes, and writes go on between chunks.

import { encode } from '../../../../msgpack/codec.js';
import { configEntryRequest } from '../../../../msgpack/config-entries.js';
import { StructWriter } from '../../../../wasm/struct.js';
import type { RegisterRequest } from '../../../../wire/commands.js';
import type { NodeRecord } from '../../../../wire/records.js';
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
import { indexRecordSchema, snapshotHeaderSchema } from '../../../../wire/schema/snapshot.js';
import {
  autopilotSchema,
  coordinatesKind,
  freeVirtualIpSchema,
  kvEntrySchema,
  sessionSchema,
  systemMetadataSchema,
  virtualIpSchema,
} from '../../../../wire/schema/state.js';
import { writeChunks } from '../chunks/chunk-record.js';
import type { OrderedMap } from '../store/tables/ordered-map.js';
import type { FrozenCatalog, StoreSnapshot } from './snapshot-freeze.js';
import { CHUNKING_STATE, RECORD_ORDER } from './snapshot-order.js';

/** Chunks are about this large; one takes well under 10 ms to write. */
const CHUNK_BYTES = 64 * 1024;

type Step = (writer: StructWriter) => void;

/** The stream of a snapshot, chunk by chunk; each chunk is the caller's. */
export function* writeSnapshot(snapshot: StoreSnapshot): Generator<Uint8Array<ArrayBuffer>, void> {
  const writer = new StructWriter();
  for (const step of stepsOf(snapshot)) {
    step(writer);
    if (writer.byteLength >= CHUNK_BYTES) yield new Uint8Array(writer.take());
  }
  if (writer.byteLength > 0) yield new Uint8Array(writer.take());
}

/** Each step writes one record. */
function* stepsOf(state: StoreSnapshot): Generator<Step> {
  yield (writer) => writer.struct(null, snapshotHeaderSchema, { LastIndex: state.lastIndex });
  for (const type of RECORD_ORDER) {
    yield* interpretedSteps(type, state);
    for (const record of state.preserved.get(type) ?? []) yield (writer) => writer.raw(record);
  }
}

function* interpretedSteps(type: number, state: StoreSnapshot): Generator<Step> {
  switch (type) {
    case 0:
      for (const catalog of state.catalogs) yield* catalogSteps(catalog);
      return;
    case 2:
      yield* rowSteps(type, kvEntrySchema, state.kv);
      return;
    case 3:
      yield* rowSteps(type, sessionSchema, state.sessions);
      return;
    case 5:
      for (const [, { Key, Index }] of state.tombstones.entries()) {
        const entry = { ...EMPTY_ENTRY, Key, ModifyIndex: Index };
        yield (writer) => writer.struct(type, kvEntrySchema, entry);
      }
      return;
    case 6:
      for (const [, coordinate] of state.coordinates.entries()) {
        yield (writer) => writer.list(type, coordinatesKind, [coordinate]);
      }
      return;
    case 7:
      yield* rowSteps(type, preparedQuerySchema, state.queries);
      return;
    case 9: {
      const { autopilot } = state;
      if (autopilot) yield (writer) => writer.struct(type, autopilotSchema, autopilot);
      return;
    }
    case 17:
      yield* rowSteps(type, aclTokenSchema, state.acl.tokens);
      return;
    case 19:
      yield* rowSteps(type, aclPolicySchema, state.acl.policies);
      return;
    case 23:
      yield* rowSteps(type, aclRoleSchema, state.acl.roles);
      return;
    case 25:
      yield* rowSteps(type, aclBindingRuleSchema, state.acl.bindingRules);
      return;
    case 27:
      yield* rowSteps(type, aclAuthMethodSchema, state.acl.authMethods);
      return;
    case 13:
      yield* rowSteps(type, caRootSchema, state.caRoots);
      return;
    case 14:
      yield* rowSteps(type, caProviderStateSchema, state.caProviderState);
      return;
    case 15: {
      const { caConfig } = state;
      if (caConfig) yield (writer) => writer.struct(type, caConfigurationSchema, caConfig);
      return;
    }
    case 16:
      yield* indexSteps(type, state);
      return;
    case 22:
      for (const [, Entry] of state.configEntries.entries()) {
        yield (writer) => writer.raw(encode(configEntryRequest, { Datacenter: '', Token: '', Op: '', Entry }, type));
      }
      return;
    case 30:
      for (const [, State] of state.federationStates.entries()) {
        const request = { Datacenter: '', Token: '', Op: 'upsert', State };
        yield (writer) => writer.struct(type, federationStateRequestSchema, request);
      }
      return;
    case 31:
      yield* rowSteps(type, systemMetadataSchema, state.systemMetadata);
      return;
    case 32:
      yield* rowSteps(type, virtualIpSchema, state.virtualIps);
      return;
    case 33:
      yield* rowSteps(type, freeVirtualIpSchema, state.freeVirtualIps);
      return;
    case CHUNKING_STATE: {
      const { operations, term } = state.chunks;
      yield (writer) => {
        writer.raw(Uint8Array.of(type));
        writer.raw(writeChunks(operations, term));
      };
      return;
    }
  }
}

/** A table whose rows are its records. */
function* rowSteps<T extends object>(type: number, schema: StructSchema<T>, rows: OrderedMap<T>): Generator<Step> {
  for (const [, row] of rows.entries()) yield (writer) => writer.struct(type, schema, row);
}

const EMPTY_ENTRY = { LockIndex: 0, Flags: 0, Value: null, Session: '', CreateIndex: 0 } as const;

function* catalogSteps(catalog: FrozenCatalog): Generator<Step> {
  // All three tables are ordered by node, so one walk through each is enough, however much a node has.
  const services = new Walk(catalog.services);
  const checks = new Walk(catalog.checks);
  for (const [nodeKey, { record: node }] of catalog.nodes.entries()) {
    yield (writer) => writer.struct(0, registerSchema, registerOf(node));
    for (let row = services.next(nodeKey); row; row = services.next(nodeKey)) {
      const { record } = row;
      yield (writer) => writer.struct(0, registerSchema, { ...registerOf(node), Service: record });
    }
    for (let row = checks.next(nodeKey); row; row = checks.next(nodeKey)) {
      const { record } = row;
      yield (writer) => writer.struct(0, registerSchema, { ...registerOf(node), Check: record });
    }
  }
}

/** Walks through a table once, handing out the rows of one node after the other. */
class Walk<V extends { readonly nodeKey: string }> {
  readonly #rows: Iterator<readonly [string, V]>;
  #waiting: V | undefined;

  constructor(rows: OrderedMap<V>) {
    this.#rows = rows.entries();
    this.#advance();
  }

  /** The next row when it belongs to the node. */
  next(nodeKey: string): V | undefined {
    const row = this.#waiting;
    if (row?.nodeKey !== nodeKey) return undefined;
    this.#advance();
    return row;
  }

  #advance(): void {
    const step = this.#rows.next();
    this.#waiting = step.done ? undefined : step.value[1];
  }
}

/** The node's locality is not part of the stream. */
function registerOf(node: NodeRecord): RegisterRequest {
  return {
    Datacenter: node.Datacenter,
    Token: '',
    ID: node.ID,
    Node: node.Node,
    Address: node.Address,
    TaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    Service: null,
    Check: null,
    Checks: null,
    SkipNodeUpdate: false,
    PeerName: node.PeerName,
    Locality: null,
    CreateIndex: node.CreateIndex,
    ModifyIndex: node.ModifyIndex,
  };
}

/** The whole index table in key order: the few keys of tables merged with the tree of the others. */
function* indexSteps(type: number, state: StoreSnapshot): Generator<Step> {
  const record = (Key: string, Value: number): Step => {
    return (writer) => writer.struct(type, indexRecordSchema, { Key, Value });
  };
  const { rows, spellings } = state.indexTable;
  const tables = [...state.indexTable.tables].sort(([a], [b]) => (a < b ? -1 : 1));
  let next = 0;
  for (const [key, value] of rows.entries()) {
    for (let table = tables[next]; table && table[0] < key; table = tables[next]) {
      yield record(table[0], table[1]);
      next += 1;
    }
    yield record(spellings.get(key) ?? key, value);
  }
  for (const [key, value] of tables.slice(next)) yield record(key, value);
}
