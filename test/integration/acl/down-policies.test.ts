// acl.down_policy on client agents whose only server is killed: what becomes of what they know, and of what they don't.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';
const WEB = 'bbbbbbbb-0000-4000-8000-00000000000b';
const UNKNOWN = 'dddddddd-0000-4000-8000-00000000000d';
const TTL_MS = 500;
const DEADLINE_MS = 30_000;
const POLICIES = ['deny', 'allow', 'async-cache'] as const;
type Policy = (typeof POLICIES)[number];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-down-'));
const clients = new Map<Policy, AgentProcess>();
let server: AgentProcess;

function settings(downPolicy: string): string {
  const ttls = ['token', 'policy', 'role'].map((what) => `${what}_ttl = "${TTL_MS}ms"`).join(' ');
  return `-hcl=acl { enabled = true default_policy = "deny" down_policy = "${downPolicy}" ${ttls}
    tokens { initial_management = "${MANAGEMENT}" agent = "${MANAGEMENT}" } }`;
}

async function startServer(ports?: AgentProcess['ports']): Promise<void> {
  const args = ['-server', '-bootstrap', `-data-dir=${folder}/server`, settings('extend-cache')];
  server = await startAgent({ node: 'server', token: MANAGEMENT, args, ...(ports === undefined ? {} : { ports }) });
}

async function manage(target: string, body: object): Promise<void> {
  const { status, text } = await server.request('PUT', target, JSON.stringify(body));
  assert.equal(status, 200, text);
}

before(async () => {
  await startServer();
  await manage('/v1/acl/policy', { Name: 'web', Rules: 'service "web" { policy = "write" }' });
  await manage('/v1/acl/token', { SecretID: WEB, Policies: [{ Name: 'web' }] });
  const join = `-retry-join=127.0.0.1:${server.ports.serfLan}`;
  for (const policy of POLICIES) {
    const args = [`-data-dir=${folder}/${policy}`, join, settings(policy)];
    clients.set(policy, await startAgent({ node: policy, token: MANAGEMENT, args }));
  }
});
after(async () => {
  await Promise.all([server, ...clients.values()].map((agent) => agent.kill()));
  fs.rmSync(folder, { recursive: true, force: true });
});

/** What needs a rule of the agent that is asked, and no server. */
async function registers(policy: Policy, token: string): Promise<number> {
  const agent = clients.get(policy) as AgentProcess;
  const response = await fetch(`${agent.http}/v1/agent/service/register`, {
    method: 'PUT',
    headers: { 'X-Consul-Token': token },
    body: JSON.stringify({ Name: 'web', Port: 80 }),
  });
  await response.text();
  return response.status;
}

test('with a server all of them ask it', async () => {
  for (const policy of POLICIES) {
    assert.deepEqual([await registers(policy, WEB), await registers(policy, UNKNOWN)], [200, 403], policy);
  }
});

test('without one, what is known is denied, allowed, or taken as it was; what isn’t known is denied or allowed', async () => {
  await server.kill();
  const sinceMs = performance.now();
  await waitFor(() => performance.now() - sinceMs > 2 * TTL_MS, 'judgments to have aged', DEADLINE_MS);
  await waitFor(async () => (await registers('deny', WEB)) === 403, 'the token to be denied', DEADLINE_MS);
  for (const [policy, known, unknown] of [
    ['deny', 403, 403],
    ['allow', 200, 200],
    ['async-cache', 200, 403],
  ] as const) {
    for (let again = 0; again < 3; again += 1) {
      assert.deepEqual([await registers(policy, WEB), await registers(policy, UNKNOWN)], [known, unknown], policy);
    }
  }
});

test('with the server back, another policy counts for all of them', async () => {
  await startServer(server.ports);
  for (const policy of POLICIES) {
    await waitFor(async () => (await registers(policy, UNKNOWN)) === 403, `${policy} to ask again`, DEADLINE_MS);
    await waitFor(async () => (await registers(policy, WEB)) === 200, `${policy} to allow it`, DEADLINE_MS);
  }
  const { text } = await server.request('GET', '/v1/acl/policy/name/web');
  const { ID } = JSON.parse(text) as { readonly ID: string };
  await manage(`/v1/acl/policy/${ID}`, { ID, Name: 'web', Rules: 'service "web" { policy = "read" }' });
  for (const policy of POLICIES) {
    await waitFor(async () => (await registers(policy, WEB)) === 403, `${policy} to hear of it`, DEADLINE_MS);
  }
});
