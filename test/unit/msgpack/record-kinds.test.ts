// Records and commands in this engine: the same bytes as the compiled codec from the same tables, in both directions, and
// recorded calls between stock agents survive to the byte.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../../src/msgpack/codec.js';
import { list, objectOf } from '../../../src/msgpack/collections.js';
import { bool, int, nullable, text, u64 } from '../../../src/msgpack/kinds.js';
import { recordKind } from '../../../src/msgpack/record-kinds.js';
import { struct } from '../../../src/msgpack/struct.js';
import { decodeStruct, encodeStruct } from '../../../src/wasm/struct.js';
import type { CheckRecord, KvEntry, NodeRecord, ServiceRecord } from '../../../src/wire/records.js';
import { checkSchema, nodeSchema, serviceSchema } from '../../../src/wire/schema/catalog.js';
import {
  autopilotRequestSchema,
  deregisterSchema,
  federationStateRequestSchema,
  kvsSchema,
  registerSchema,
  sessionRequestSchema,
  systemMetadataRequestSchema,
  tombstoneSchema,
} from '../../../src/wire/schema/commands.js';
import type { StructSchema } from '../../../src/wire/schema/kinds.js';
import { indexRecordSchema } from '../../../src/wire/schema/snapshot.js';
import { kvEntrySchema } from '../../../src/wire/schema/state.js';
import { txnSchema } from '../../../src/wire/schema/txn.js';
import { readJson } from '../../data.js';
import { fromHex, toHex } from '../main/gossip/vectors.js';
import { arbitrary } from '../wasm/arbitrary.js';

const SCHEMAS: readonly StructSchema<object>[] = [
  registerSchema,
  deregisterSchema,
  kvsSchema,
  sessionRequestSchema,
  tombstoneSchema,
  txnSchema,
  autopilotRequestSchema,
  systemMetadataRequestSchema,
  federationStateRequestSchema,
  indexRecordSchema,
];

for (const schema of SCHEMAS) {
  test(`${schema.name}: both engines write the same bytes, and read each other's`, () => {
    const kind = recordKind(schema);
    fc.assert(
      fc.property(arbitrary({ kind: 'struct', schema, nullable: false }), (value) => {
        const bytes = encode(kind, value as object);
        assert.equal(toHex(bytes), toHex(encodeStruct(schema, value as object)));
        assert.deepEqual(decode(kind, bytes), { ok: true, value, next: bytes.length });
        assert.deepEqual(decodeStruct(schema, bytes).value, value);
      }),
      { numRuns: 60 },
    );
    assert.deepEqual(decode(kind, Uint8Array.of(0xc0)), { ok: true, value: kind.zero, next: 1 });
  });
}

interface Recorded {
  readonly label: string;
  readonly method: string;
  readonly request: { readonly header_hex: string; readonly body_hex: string };
  readonly response: { readonly header_hex: string; readonly body_hex: string };
}
const calls = readJson('rpc/calls.json') as readonly Recorded[];

function survives<T>(kind: Parameters<typeof decode<T>>[0], hex: string, what: string): T {
  const bytes = fromHex(hex);
  const read = decode(kind, bytes);
  assert.ok(read.ok, `${what}: ${JSON.stringify(read)}`);
  assert.equal(read.next, bytes.length, what);
  assert.equal(toHex(encode(kind, read.value)), hex, what);
  return read.value;
}

interface RequestHeader {
  readonly Seq: number | bigint;
  readonly ServiceMethod: string;
}
interface ResponseHeader extends RequestHeader {
  readonly Error: string;
}
const requestHeader = struct<RequestHeader>({ Seq: u64, ServiceMethod: text });
const responseHeader = struct<ResponseHeader>({ Error: text, Seq: u64, ServiceMethod: text });

const meta = {
  Index: u64,
  LastContact: int,
  KnownLeader: bool,
  ConsistencyLevel: text,
  NotModified: bool,
  Backend: int,
  ResultsFilteredByACLs: bool,
};
interface Meta {
  readonly Index: number | bigint;
  readonly LastContact: number;
  readonly KnownLeader: boolean;
  readonly ConsistencyLevel: string;
  readonly NotModified: boolean;
  readonly Backend: number;
  readonly ResultsFilteredByACLs: boolean;
}
interface Instance {
  readonly Node: NodeRecord | null;
  readonly Service: ServiceRecord | null;
  readonly Checks: readonly CheckRecord[] | null;
}

test('recorded calls: the headers', () => {
  for (const { method, request, response } of calls) {
    const header = survives(requestHeader, request.header_hex, method);
    assert.equal(header.ServiceMethod, method);
    assert.equal(survives(responseHeader, response.header_hex, method).Seq, header.Seq);
  }
});

function call(label: string): Recorded {
  const found = calls.find((one) => one.label === label);
  assert.ok(found, label);
  return found;
}

test('recorded calls: requests with records', () => {
  for (const label of ['register', 'register-second']) {
    survives(recordKind(registerSchema), call(label).request.body_hex, label);
  }
  survives(recordKind(kvsSchema), call('kv-put-binary').request.body_hex, 'kv-put-binary');
  survives(recordKind(sessionRequestSchema), call('session-create').request.body_hex, 'session-create');
  survives(recordKind(txnSchema), call('txn-apply').request.body_hex, 'txn-apply');
});

test('recorded calls: replies with records among other fields', () => {
  const entries = struct<Meta & { readonly Entries: readonly KvEntry[] | null }>({
    Entries: list(recordKind(kvEntrySchema)),
    ...meta,
  });
  const read = survives(entries, call('kv-get').response.body_hex, 'kv-get');
  assert.equal(read.Entries?.length, 1);
  const instance = struct<Instance>({
    Node: nullable(recordKind(nodeSchema)),
    Service: nullable(recordKind(serviceSchema)),
    Checks: list(recordKind(checkSchema)),
  });
  const instances = struct<Meta & { readonly Nodes: readonly Instance[] | null }>({ Nodes: list(instance), ...meta });
  const health = survives(instances, call('health-service').response.body_hex, 'health-service');
  assert.ok((health.Nodes?.length ?? 0) > 0);
  type NodeServices = {
    readonly Node: NodeRecord | null;
    readonly Services: { readonly [id: string]: ServiceRecord } | null;
  };
  const services = struct<NodeServices>({
    Node: nullable(recordKind(nodeSchema)),
    Services: objectOf(recordKind(serviceSchema)),
  });
  const node = struct<Meta & { readonly NodeServices: NodeServices | null }>({
    NodeServices: nullable(services),
    ...meta,
  });
  const nodeServices = survives(node, call('catalog-node').response.body_hex, 'catalog-node');
  assert.ok(Object.keys(nodeServices.NodeServices?.Services ?? {}).length > 0);
});
