// Every operation that is answered from a store, asked with each kind of token, against the rules that its row of the endpoint table names. A row
// without a request here fails the test: a new one must say what it is to be asked.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { endpointTable, type TableEntry } from '../../../../endpoint-table.js';
import { ASKED_OF_AGENTS } from '../../../../integration/acl/asked-of-agents.js';
import type { Served } from '../http/served-endpoints.js';
import { MARKS, QUERY_ID, SESSION_ID, serveWithAcls, TOKENS, UNKNOWN_TOKEN } from './served-with-acls.js';

let api: Served;
before(async () => {
  api = await serveWithAcls();
});
after(() => api.close());

interface Request {
  /** Behind the row's path, in place of `*`, or its parameters. */
  readonly target: string;
  readonly body?: string;
}

const node = { Node: 'x', Address: '10.0.0.9' };
const json = (value: unknown) => JSON.stringify(value);
const intention = { SourceName: 'a', DestinationName: 'b', Action: 'allow' };
const ENTRY = json({ Kind: 'service-defaults', Name: 'web', Protocol: 'tcp' });

/** A request for each, by method and path of the row. */
const REQUESTS: ReadonlyMap<string, Request> = new Map(
  Object.entries({
    'GET /v1/kv/': { target: '/v1/kv/k' },
    'PUT /v1/kv/': { target: '/v1/kv/new', body: '1' },
    'DELETE /v1/kv/': { target: '/v1/kv/new' },
    'GET /v1/catalog/nodes': { target: '/v1/catalog/nodes' },
    'GET /v1/catalog/services': { target: '/v1/catalog/services' },
    'GET /v1/catalog/service/': { target: '/v1/catalog/service/web' },
    'GET /v1/catalog/connect/': { target: '/v1/catalog/connect/web' },
    'GET /v1/catalog/node/': { target: '/v1/catalog/node/n' },
    'GET /v1/catalog/node-services/': { target: '/v1/catalog/node-services/n' },
    'GET /v1/catalog/gateway-services/': { target: '/v1/catalog/gateway-services/web' },
    'PUT /v1/catalog/register': { target: '/v1/catalog/register', body: json(node) },
    'PUT /v1/catalog/deregister': { target: '/v1/catalog/deregister', body: json({ Node: 'x' }) },
    'GET /v1/health/node/': { target: '/v1/health/node/n' },
    'GET /v1/health/checks/': { target: '/v1/health/checks/web' },
    'GET /v1/health/state/': { target: '/v1/health/state/any' },
    'GET /v1/health/service/': { target: '/v1/health/service/web' },
    'GET /v1/health/connect/': { target: '/v1/health/connect/web' },
    'GET /v1/health/ingress/': { target: '/v1/health/ingress/web' },
    'PUT /v1/session/create': { target: '/v1/session/create', body: json({ Node: 'n', NodeChecks: [] }) },
    'PUT /v1/session/destroy/': { target: `/v1/session/destroy/${SESSION_ID}` },
    'PUT /v1/session/renew/': { target: `/v1/session/renew/${SESSION_ID}` },
    'GET /v1/session/info/': { target: `/v1/session/info/${SESSION_ID}` },
    'GET /v1/session/node/': { target: '/v1/session/node/n' },
    'GET /v1/session/list': { target: '/v1/session/list' },
    'PUT /v1/txn': { target: '/v1/txn', body: json([{ KV: { Verb: 'set', Key: 'new', Value: 'eA==' } }]) },
    'GET /v1/internal/ui/nodes': { target: '/v1/internal/ui/nodes' },
    'GET /v1/internal/ui/node/': { target: '/v1/internal/ui/node/n' },
    'GET /v1/internal/ui/services': { target: '/v1/internal/ui/services' },
    'GET /v1/internal/ui/service-topology/': { target: '/v1/internal/ui/service-topology/web' },
    'GET /v1/internal/ui/gateway-services-nodes/': { target: '/v1/internal/ui/gateway-services-nodes/web' },
    'GET /v1/internal/ui/gateway-intentions/': { target: '/v1/internal/ui/gateway-intentions/web' },
    'GET /v1/internal/ui/catalog-overview': { target: '/v1/internal/ui/catalog-overview' },
    'GET /v1/internal/federation-states': { target: '/v1/internal/federation-states' },
    'GET /v1/internal/federation-states/mesh-gateways': { target: '/v1/internal/federation-states/mesh-gateways' },
    'GET /v1/internal/federation-state/': { target: '/v1/internal/federation-state/dc2' },
    'GET /v1/exported-services': { target: '/v1/exported-services' },
    'PUT /v1/config': { target: '/v1/config', body: ENTRY },
    'GET /v1/config/': { target: '/v1/config/service-defaults' },
    'DELETE /v1/config/': { target: '/v1/config/service-defaults/web' },
    'GET /v1/discovery-chain/': { target: '/v1/discovery-chain/web' },
    'POST /v1/discovery-chain/': { target: '/v1/discovery-chain/web', body: '{}' },
    'GET /v1/connect/intentions': { target: '/v1/connect/intentions' },
    'POST /v1/connect/intentions': { target: '/v1/connect/intentions', body: json(intention) },
    'GET /v1/connect/intentions/match': { target: '/v1/connect/intentions/match?by=source&name=web' },
    'GET /v1/connect/intentions/check': { target: '/v1/connect/intentions/check?source=a&destination=web' },
    'GET /v1/connect/intentions/exact': { target: '/v1/connect/intentions/exact?source=a&destination=b' },
    'PUT /v1/connect/intentions/exact': {
      target: '/v1/connect/intentions/exact?source=a&destination=b',
      body: json({ Action: 'allow' }),
    },
    'DELETE /v1/connect/intentions/exact': { target: '/v1/connect/intentions/exact?source=a&destination=b' },
    'GET /v1/query': { target: '/v1/query' },
    'POST /v1/query': { target: '/v1/query', body: json({ Name: 'new', Service: { Service: 'web' } }) },
    'GET /v1/query/': { target: `/v1/query/${QUERY_ID}` },
    'PUT /v1/query/': { target: `/v1/query/${QUERY_ID}`, body: json({ Name: 'q', Service: { Service: 'web' } }) },
    'DELETE /v1/query/': { target: `/v1/query/${QUERY_ID}` },
    'GET /v1/query/*/execute': { target: '/v1/query/q/execute' },
    'GET /v1/query/*/explain': { target: '/v1/query/q/explain' },
    'GET /v1/coordinate/nodes': { target: '/v1/coordinate/nodes' },
    'GET /v1/coordinate/node/': { target: '/v1/coordinate/node/n' },
    'PUT /v1/coordinate/update': {
      target: '/v1/coordinate/update',
      body: json({ Node: 'n', Coord: { Vec: [0, 0, 0, 0, 0, 0, 0, 0], Error: 1.5, Adjustment: 0, Height: 1e-5 } }),
    },
    'GET /v1/operator/raft/configuration': { target: '/v1/operator/raft/configuration' },
    'DELETE /v1/operator/raft/peer': { target: '/v1/operator/raft/peer?id=x' },
    'POST /v1/operator/raft/transfer-leader': { target: '/v1/operator/raft/transfer-leader' },
    'GET /v1/operator/autopilot/configuration': { target: '/v1/operator/autopilot/configuration' },
    'PUT /v1/operator/autopilot/configuration': { target: '/v1/operator/autopilot/configuration', body: '{}' },
    'GET /v1/operator/autopilot/health': { target: '/v1/operator/autopilot/health' },
    'GET /v1/operator/autopilot/state': { target: '/v1/operator/autopilot/state' },
    'GET /v1/operator/usage': { target: '/v1/operator/usage' },
    'PUT /v1/internal/service-virtual-ip': {
      target: '/v1/internal/service-virtual-ip',
      body: json({ Service: 'web', ManualVIPs: ['1.1.1.1'] }),
    },
  }),
);

function nameOf({ method, endpoint }: TableEntry): string {
  return `${method} ${endpoint.path}`;
}

/** The others need a whole agent: test/integration/acl/matrix.test.ts. */
const asked = endpointTable().filter((entry) => !ASKED_OF_AGENTS.has(nameOf(entry)));

/** Only these show something to whoever may see nothing: that there is nothing. */
function showsNothing(status: number, body: string): boolean {
  if (status === 403) return /^Permission denied/.test(body);
  if (status === 409) return /"What":"Permission denied/.test(body);
  return (status === 200 || status === 404) && !MARKS.some((mark) => body.includes(mark));
}

test('every operation has a request, and rules', () => {
  const missing = asked.map(nameOf).filter((name) => !REQUESTS.has(name));
  assert.deepEqual(missing, []);
  const names = new Set(endpointTable().map(nameOf));
  for (const name of [...REQUESTS.keys(), ...ASKED_OF_AGENTS.keys()]) assert.ok(names.has(name), `${name} is no row`);
  for (const name of REQUESTS.keys()) assert.ok(!ASKED_OF_AGENTS.has(name), `${name} is asked twice`);
  for (const entry of endpointTable()) assert.ok(entry.operation.acl.length > 0, nameOf(entry));
});

/** Rows that show something to whoever may read everything. */
const showing: string[] = [];

function isWrite({ operation }: TableEntry): boolean {
  return operation.acl.some((rule) => rule.endsWith(':write'));
}

for (const entry of asked) {
  const { method, operation } = entry;
  test(`${nameOf(entry)} needs ${operation.acl.join(', ')}`, async () => {
    const { target, body = '' } = REQUESTS.get(nameOf(entry)) ?? { target: '' };
    for (const token of [UNKNOWN_TOKEN, TOKENS.expired]) {
      const unknown = await api.as(token, method, target, body);
      assert.deepEqual([unknown.status, unknown.body], [403, 'ACL not found']);
    }
    for (const token of ['', TOKENS.deny]) {
      const denied = await api.as(token, method, target, body);
      assert.ok(showsNothing(denied.status, denied.body), `${denied.status} ${denied.body}`);
      if (isWrite(entry)) assert.ok(denied.status === 403 || denied.status === 409, `${denied.status} ${denied.body}`);
      assert.ok(!MARKS.some((mark) => denied.body.includes(mark)), denied.body);
      // Nor when something changed last.
      if (denied.status === 403) assert.ok([undefined, '1'].includes(denied.headers['x-consul-index']));
    }
    const reading = await api.as(TOKENS.read, method, target, body);
    if (isWrite(entry)) {
      assert.ok(
        showsNothing(reading.status, reading.body) && reading.status !== 200,
        `${reading.status} ${reading.body}`,
      );
    } else {
      assert.notEqual(reading.status, 403, reading.body);
      assert.equal(reading.headers['x-consul-results-filtered-by-acls'], undefined);
      if (MARKS.some((mark) => reading.body.includes(mark))) showing.push(nameOf(entry));
    }
  });
}

for (const entry of asked) {
  test(`${nameOf(entry)} is an operator's to ask`, async () => {
    const { target, body = '' } = REQUESTS.get(nameOf(entry)) ?? { target: '' };
    const managing = await api.as(TOKENS.management, entry.method, target, body);
    assert.ok(managing.status !== 403 && !managing.body.includes('Permission denied'), managing.body);
  });
}

test('most reads have something to hide', () => {
  assert.ok(showing.length >= 15, showing.join('\n'));
});
