// /v1/internal/federation-states: which datacenters have said by which mesh gateways they are reached, to whom that is shown, and
// the same over RPC.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Command, CommandType } from '../../../../../src/wire/commands.js';
import type { CheckedInstance } from '../../../../../src/wire/records.js';
import { federationStateEndpoints } from '../../../../../src/workers/state/endpoints/internal/federation-states.js';
import { isRefusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { applyFederationState } from '../../../../../src/workers/state/methods/mesh/federation-state.js';
import { unset } from '../../../../../src/workers/state/rpc/rows/query-options.js';
import type { Row } from '../../../../../src/workers/state/rpc/rows/row.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { waitFor } from '../../../../agent-process.js';
import { type Served, serveEndpoints } from '../http/served-endpoints.js';
import { check, federationState, node, service } from '../replica/store/commands.js';

function gateway(name: string): CheckedInstance {
  return {
    Node: node({ Node: name, Datacenter: 'dc2' }),
    Service: service({ ID: 'gw', Service: 'gateway', Kind: 'mesh-gateway' }),
    Checks: [check({ Node: name, CheckID: 'up', ServiceID: 'gw', Status: 'passing' })],
  };
}

async function serve(t: TestContext): Promise<Served> {
  const api = await serveEndpoints(() => federationStateEndpoints());
  t.after(() => api.close());
  return api;
}

function parsed(body: string): unknown {
  return JSON.parse(body);
}

test('no datacenter has said anything', async (t) => {
  const api = await serve(t);
  assert.equal((await api.get('/v1/internal/federation-states')).body, '[]');
  assert.equal((await api.get('/v1/internal/federation-states/mesh-gateways')).body, '{}');
  assert.equal((await api.get('/v1/internal/federation-state/dc2')).status, 404);
  const missing = await api.get('/v1/internal/federation-state/');
  assert.deepEqual([missing.status, missing.body], [400, 'Missing datacenter name']);
});

test('states are listed by datacenter, gateways only of those that have some', async (t) => {
  const api = await serve(t);
  api.store.runAll(federationState('dc2', [gateway('n1')]), federationState('dc1', null));
  const listed = await api.get('/v1/internal/federation-states');
  const states = parsed(listed.body) as readonly { readonly [field: string]: unknown }[];
  assert.deepEqual(
    states.map(({ Datacenter }) => Datacenter),
    ['dc1', 'dc2'],
  );
  assert.deepEqual(states[0], {
    Datacenter: 'dc1',
    MeshGateways: [],
    UpdatedAt: '2023-11-14T22:13:20.25Z',
    PrimaryModifyIndex: 2,
    CreateIndex: 2,
    ModifyIndex: 2,
  });
  const one = await api.get('/v1/internal/federation-state/dc2');
  assert.deepEqual(parsed(one.body), states[1]);
  assert.equal(one.headers['x-consul-index'], '2');
  const gateways = parsed((await api.get('/v1/internal/federation-states/mesh-gateways')).body);
  assert.deepEqual(gateways, { dc2: states[1]?.['MeshGateways'] });
});

test('a blocking query ends with the first state of a datacenter', async (t) => {
  const api = await serve(t);
  api.store.runAll(federationState('dc1', null));
  const waiting = api.get('/v1/internal/federation-state/dc2?index=1&wait=1m');
  await waitFor(() => api.store.watches.waiting === 1, 'the query waits');
  api.store.runAll(federationState('dc2', null));
  assert.equal((await waiting).status, 200);
});

test('what comes back over RPC is what was sent', () => {
  const row = rpcRows.find(({ method }) => method.name === 'FederationState.ListMeshGateways') as Extract<
    Row,
    { kind: 'read' }
  >;
  const { Node, Service, Checks } = gateway('n1');
  const found = [{ datacenter: 'dc2', gateways: [{ node: Node, service: Service, checks: Checks }] }];
  const reply = decode(row.reply, encode(row.reply, row.show(found, unset, null)));
  assert.ok(reply.ok);
  assert.deepEqual(row.value(reply.value, null), found);
});

test('a change needs a datacenter and an operation that there is', async (t) => {
  const api = await serve(t);
  const write = async (op: string, Datacenter: string) => {
    const command = federationState(Datacenter, null) as Extract<Command, { type: typeof CommandType.federationState }>;
    const answer = await api.calls.write(applyFederationState, { op, state: command.body.State }, 'dc1', { token: '' });
    return isRefusal(answer) ? answer.text : answer;
  };
  assert.equal(await write('upsert', ''), 'Must provide the datacenter of a federation state');
  assert.equal(await write('merge', 'dc2'), "Invalid federation state operation 'merge'");
  assert.equal(await write('upsert', 'dc2'), true);
  assert.equal(api.store.federationStates.get('dc2').value?.PrimaryModifyIndex, api.store.appliedIndex);
  assert.equal(await write('delete', 'dc2'), true);
  assert.equal(api.store.federationStates.get('dc2').value, null);
});
