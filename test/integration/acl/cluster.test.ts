// ACLs of a whole cluster: three servers, with readers where this node can have them, and a client agent that judges tokens by the
// servers' word. What a token may do, and when something else of it counts, with a policy changed, the servers gone, and back.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { askOverUdp } from '../dns/ask.js';
import { ManyConnections, readerSettings, waitForReaders, withoutReaders } from '../readers/readers.js';

const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';
const AGENT = 'a9e00000-0000-4000-8000-00000000000a';
const WEB = 'bbbbbbbb-0000-4000-8000-00000000000b';
const DNS = 'cccccccc-0000-4000-8000-00000000000c';
const UNKNOWN = 'dddddddd-0000-4000-8000-00000000000d';
const TTL_MS = 1_000;
/** Without a setting: a busy machine has all the time up to then. */
const STOCK_TTL_MS = 30_000;
const DEADLINE_MS = 60_000;
/** By so many each thread of a server is asked. */
const CONNECTIONS = 8;
const WRITES_WEB = 'service "web" { policy = "write" } node_prefix "" { policy = "read" }';

const SETTINGS = `acl {
  enabled = true
  default_policy = "deny"
  down_policy = "extend-cache"
  token_ttl = "${TTL_MS}ms"
  policy_ttl = "${TTL_MS}ms"
  role_ttl = "${TTL_MS}ms"
  tokens { initial_management = "${MANAGEMENT}" agent = "${AGENT}" dns = "${DNS}" }
}`;

const readers = withoutReaders === false ? 1 : 0;
const cluster = new ThreeServers(
  [`-hcl=${SETTINGS}`, ...(readers > 0 ? readerSettings(readers) : [])],
  undefined,
  MANAGEMENT,
);
const everybody = (): readonly AgentProcess[] => [...cluster.servers, cluster.client];

interface Answer {
  readonly status: number;
  readonly body: string;
}

async function ask(agent: AgentProcess, token: string, method: string, target: string, body?: object): Promise<Answer> {
  const response = await fetch(`${agent.http}${target}`, {
    method,
    headers: token === '' ? {} : { 'X-Consul-Token': token },
    signal: AbortSignal.timeout(DEADLINE_MS),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: await response.text() };
}

async function manage(target: string, body: object): Promise<void> {
  const { status, body: told } = await ask(cluster.servers[0] as AgentProcess, MANAGEMENT, 'PUT', target, body);
  assert.equal(status, 200, `${target}: ${told}`);
}

let webPolicy = '';

async function makeTokens(): Promise<void> {
  await manage('/v1/acl/policy', { Name: 'web', Rules: WRITES_WEB });
  const leader = cluster.servers[await cluster.leader()] as AgentProcess;
  const { body } = await ask(leader, MANAGEMENT, 'GET', '/v1/acl/policy/name/web');
  webPolicy = (JSON.parse(body) as { readonly ID: string }).ID;
  const discovering = 'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" }';
  await manage('/v1/acl/policy', { Name: 'discovery', Rules: discovering });
  await manage('/v1/acl/policy', { Name: 'agents', Rules: `node_prefix "" { policy = "write" } ${discovering}` });
  await manage('/v1/acl/token', { SecretID: WEB, Policies: [{ Name: 'web' }] });
  await manage('/v1/acl/token', { SecretID: DNS, Policies: [{ Name: 'discovery' }] });
  await manage('/v1/acl/token', { SecretID: AGENT, Policies: [{ Name: 'agents' }] });
}

before(async () => {
  await cluster.startServers();
  await cluster.settled();
  await makeTokens();
  await cluster.startAnother('client').then((client) => cluster.use(client));
  if (readers > 0) for (const server of cluster.servers) await waitForReaders(server, readers);
});
after(() => cluster.stop());

const register = (agent: AgentProcess, token: string) =>
  ask(agent, token, 'PUT', '/v1/agent/service/register', { Name: 'web', Port: 80 });

async function instances(agent: AgentProcess, token: string, query = ''): Promise<number> {
  const { status, body } = await ask(agent, token, 'GET', `/v1/catalog/service/web${query}`);
  assert.equal(status, 200, body);
  return (JSON.parse(body) as readonly unknown[]).length;
}

test('a service is registered by its token alone, and seen by whoever may see it, on every thread of every agent', async () => {
  const denied = await register(cluster.client, '');
  assert.equal(denied.status, 403);
  assert.match(denied.body, /^Permission denied: anonymous token lacks permission 'service:write' on "web"/);
  assert.deepEqual(await register(cluster.client, UNKNOWN), { status: 403, body: 'ACL not found' });
  assert.deepEqual(await register(cluster.client, WEB), { status: 200, body: '' });
  await waitFor(async () => (await instances(cluster.client, WEB)) === 1, 'the service in the catalog', DEADLINE_MS);
  for (const agent of everybody()) {
    const many = new ManyConnections(agent, CONNECTIONS);
    const asked = Array.from({ length: CONNECTIONS }, async (_, by) => {
      const seen = await many.ask(by, 'GET', `/v1/catalog/service/web?token=${WEB}`);
      const hidden = await many.ask(by, 'GET', '/v1/catalog/service/web');
      const unknown = await many.ask(by, 'GET', `/v1/catalog/service/web?token=${UNKNOWN}`);
      return [(JSON.parse(seen.text) as unknown[]).length, hidden.text, unknown.status];
    });
    assert.deepEqual(await Promise.all(asked), new Array(CONNECTIONS).fill([1, '[]', 403]));
    many.close();
  }
});

test('DNS answers what its own token may see', async () => {
  // A server says what it has, the client agent what any of them has: each of those has to hear of the service before.
  for (const agent of everybody()) {
    const isThere = async () => (await askOverUdp(agent.ports.dns, 'web.service.consul')).rcode === 'NOERROR';
    await waitFor(isThere, 'the service', DEADLINE_MS);
    assert.deepEqual(await askOverUdp(agent.ports.dns, 'web.service.consul'), {
      rcode: 'NOERROR',
      addresses: ['127.0.0.1'],
    });
  }
});

test('another policy counts at once where servers judge, and within token_ttl on a client agent', async () => {
  await manage(`/v1/acl/policy/${webPolicy}`, { Name: 'web', Rules: 'service "web" { policy = "deny" }' });
  for (const agent of everybody()) assert.equal(await instances(agent, WEB), 0);
  const isRefused = async () => (await register(cluster.client, WEB)).status === 403;
  const changedMs = performance.now();
  await waitFor(isRefused, 'the client agent to hear of the policy', DEADLINE_MS);
  assert.ok(performance.now() - changedMs < STOCK_TTL_MS);
  await manage(`/v1/acl/policy/${webPolicy}`, { Name: 'web', Rules: WRITES_WEB });
  // The client agent asks any of them, and each judges by what it has.
  for (const server of cluster.servers) {
    const sees = async () => (await instances(server, WEB, '?stale')) === 1;
    await waitFor(sees, 'each server to have the rule again', DEADLINE_MS);
  }
  await waitFor(async () => (await register(cluster.client, WEB)).status === 200, 'the rule again', DEADLINE_MS);
});

test('without servers what is known is extended, and all of it is there when they are back', async () => {
  await Promise.all(cluster.servers.map((server) => server.kill()));
  const knownMs = performance.now();
  // Longer than a judgment is kept.
  await waitFor(
    async () => {
      assert.equal((await register(cluster.client, WEB)).status, 200);
      return performance.now() - knownMs > 2 * TTL_MS;
    },
    'judgments to have aged',
    DEADLINE_MS,
  );
  assert.equal((await register(cluster.client, UNKNOWN)).status, 403);
  assert.equal((await register(cluster.client, '')).status, 403);
  await cluster.startServers();
  await cluster.settled();
  for (const server of cluster.servers) {
    assert.equal(await instances(server, WEB), 1);
    assert.equal(await instances(server, ''), 0);
    assert.equal((await ask(server, UNKNOWN, 'GET', '/v1/catalog/services')).status, 403);
  }
});
