// ConfigEntry.ResolveServiceConfig both ways: what a server shows is what whoever asked it reads.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { type EntryKind, type EntryOf, emptyEntry } from '../../../../../src/wire/config-entries/entries.js';
import { CentralConfig } from '../../../../../src/workers/state/mesh/central/service-config.js';
import type {
  ResolvedServiceConfig,
  ServiceConfigQuestion,
} from '../../../../../src/workers/state/methods/mesh/service-config.js';
import { unset } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { ASKED_SERVER } from './server-parts.js';

type ReadRow = Extract<Row, { kind: 'read' }>;

const QUESTION: ServiceConfigQuestion = {
  service: 'web',
  upstreams: [
    { name: 'db', peer: '' },
    { name: '__proto__', peer: 'p' },
  ],
  mode: 'transparent',
};

function twice<T>(kind: Kind<T>, value: T): T {
  const read = decode(kind, encode(kind, value));
  assert.ok(read.ok);
  return read.value;
}

test('a question and its answer come out as they went in', () => {
  const row = rpcRows.find(({ method }) => method.name === 'ConfigEntry.ResolveServiceConfig') as ReadRow;
  const options = { Token: 't', Datacenter: 'dc1' } as Parameters<ReadRow['ask']>[1];
  const asked = twice(row.arguments, { ...row.arguments.zero, ...row.ask(QUESTION, options) });
  assert.deepEqual(row.request(asked, 'dc1', ASKED_SERVER), QUESTION);
  const entries = [
    {
      ...emptyEntry('proxy-defaults', 'global'),
      Config: { a: { b: [1, 'x'] } },
      MeshGateway: { Mode: 'local' },
      Mode: 'transparent',
    },
    { ...emptyEntry('service-defaults', 'web'), Protocol: 'http', Meta: { constructor: 'm' } },
  ];
  const find = <K extends EntryKind>(kind: K, name: string) =>
    entries.find((entry) => entry.Kind === kind && entry.Name === name) as EntryOf<K> | undefined;
  const central = new CentralConfig(find);
  const value: ResolvedServiceConfig = {
    service: central.ofService('web'),
    upstreams: QUESTION.upstreams.map((name) => ({ name, said: central.ofUpstream('web', name) })),
  };
  const reply = twice(row.reply, row.show(value, { ...unset, Index: 7 }, QUESTION));
  assert.equal(reply.Index, 7);
  const read = row.value(reply, QUESTION) as ResolvedServiceConfig;
  assert.deepEqual(
    JSON.parse(JSON.stringify(read)),
    JSON.parse(
      JSON.stringify({
        service: value.service,
        upstreams: value.upstreams.map(({ name, said }) => ({ name, said: { ...said, config: said.config ?? {} } })),
      }),
    ),
  );
});
