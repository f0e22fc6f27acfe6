// Settings that act in a whole agent, each set in one and its effect seen from outside.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { type AgentOptions, type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';
import { RawClient } from '../../unit/http/fixture.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-settings-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const DEADLINE_MS = 60_000;
const ALIVE = 1;
const LEFT = 3;
const FAILED = 4;

/** Runs `use` with an agent that is stopped afterwards. */
async function withAgent(options: AgentOptions, use: (agent: AgentProcess) => Promise<void>): Promise<void> {
  const agent = await startAgent(options);
  try {
    await use(agent);
  } finally {
    await agent.stop();
  }
}

const dev = (hcl: string, ...more: readonly string[]): AgentOptions => ({
  args: ['-dev', '-log-level=warn', '-hcl', hcl, ...more],
});

/** Of each member of a pool, by name. */
async function statuses(agent: AgentProcess, query = ''): Promise<{ readonly [name: string]: number }> {
  const members = (await agent.json(`/v1/agent/members${query}`)) as readonly { Name: string; Status: number }[];
  return Object.fromEntries(members.map(({ Name, Status }) => [Name, Status]));
}

test('limits.http_max_conns_per_client: one more is told so at once; a reload raises it for those to come', async () => {
  const file = path.join(folder, 'limits.hcl');
  const limit = (count: number): void => fs.writeFileSync(file, `limits { http_max_conns_per_client = ${count} }`);
  limit(3);
  await withAgent(
    { args: ['-dev', '-log-level=warn', `-config-file=${file}`], waitForLeader: false },
    async (agent) => {
      const clients: RawClient[] = [];
      /** Null: it is refused. A refusal comes without a request, an answer needs one. */
      const connect = async (): Promise<RawClient | null> => {
        const client = new RawClient(agent.ports.http);
        clients.push(client);
        client.send('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n');
        const { status, body } = await client.answer('GET', DEADLINE_MS);
        if (status === 200) return client;
        assert.equal(status, 429);
        assert.match(body, /too many|Too Many/i);
        await client.end(DEADLINE_MS);
        return null;
      };
      /** The test's own connections of before may not be closed yet. */
      const connected = async (count: number): Promise<readonly RawClient[]> => {
        const open: RawClient[] = [];
        await waitFor(
          async () => {
            const client = await connect();
            if (client !== null) open.push(client);
            return open.length === count;
          },
          `${count} connections`,
          DEADLINE_MS,
        );
        return open;
      };
      try {
        // The connection that the start was awaited over is the first.
        const open = await connected(2);
        assert.equal(await connect(), null);
        open[0]?.close();
        await connected(1);
        assert.equal(await connect(), null);
        limit(5);
        agent.child.kill('SIGHUP');
        await connected(2);
        assert.equal(await connect(), null);
      } finally {
        for (const client of clients) client.close();
      }
    },
  );
});

test('limits.request_limits: what is too much is refused, over a client agent as well, until a reload allows it', async () => {
  const file = path.join(folder, 'request-limits.hcl');
  const limit = (mode: string): void =>
    fs.writeFileSync(file, `limits { request_limits { mode = "${mode}" read_rate = 0 write_rate = 0 } }`);
  limit('disabled');
  await withAgent({ args: ['-dev', '-log-level=debug', `-config-file=${file}`] }, async (server) => {
    const data = `-data-dir=${path.join(folder, 'limited-client')}`;
    const join = `-retry-join=127.0.0.1:${server.ports.serfLan}`;
    const hold = 'performance { rpc_hold_timeout = "100ms" }';
    await withAgent({ node: 'client', args: [data, join, '-hcl', hold] }, async (client) => {
      const put = async (agent: AgentProcess): Promise<readonly [number, string]> => {
        const answer = await fetch(`${agent.http}/v1/kv/a`, { method: 'PUT', body: 'x' });
        return [answer.status, await answer.text()];
      };
      const leaderOnly = 'rate limit exceeded for operation that can only be performed by the leader, try again later';
      limit('enforcing');
      server.child.kill('SIGHUP');
      await waitFor(async () => (await put(server))[0] === 503, 'the reload to limit writes', DEADLINE_MS);
      assert.deepEqual(await put(server), [503, leaderOnly]);
      assert.deepEqual(await put(client), [503, `rpc error making call: ${leaderOnly}`]);
      const read = await fetch(`${client.http}/v1/kv/a`);
      assert.deepEqual(
        [read.status, await read.text()],
        [429, 'rpc error making call: rate limit exceeded, try again later or against a different server'],
      );
      const said = /rpc=KVS\.Apply source_addr=127\.0\.0\.1:\d+ limit_type=global\/write/;
      await waitFor(() => said.test(server.output), 'the log to say so', DEADLINE_MS);
      limit('disabled');
      server.child.kill('SIGHUP');
      await waitFor(async () => (await put(client))[0] === 200, 'the reload to let writes through', DEADLINE_MS);
    });
  });
});

describe('leave_on_terminate, as another member sees it', () => {
  let witness: AgentProcess;
  before(async () => {
    witness = await startAgent({ node: 'witness', ...dev('') });
  });
  after(() => witness.stop());

  for (const [mode, leaves, kind] of [
    ['server', true, ['-server', '-bootstrap-expect=3']],
    ['server', false, ['-server', '-bootstrap-expect=3']],
    ['client', true, []],
    ['client', false, []],
  ] as const) {
    test(`${leaves}: a ${mode} ${leaves ? 'leaves the pool' : 'just ends'} on SIGTERM`, async () => {
      const name = `${mode}-${leaves}`;
      const hcl = `leave_on_terminate = ${leaves} performance { leave_drain_time = "10ms" }`;
      const join = `-retry-join=127.0.0.1:${witness.ports.serfLan}`;
      const args = [...kind, `-data-dir=${path.join(folder, name)}`, join, '-hcl', hcl];
      const agent = await startAgent({ node: name, args, waitForLeader: false });
      const hasStatus = (status: number): Promise<void> =>
        waitFor(async () => (await statuses(witness))[name] === status, `status ${status} of ${name}`, DEADLINE_MS);
      try {
        await hasStatus(ALIVE);
        agent.child.kill('SIGTERM');
        assert.equal(await agent.waitForExit(DEADLINE_MS), leaves ? 0 : 1);
        await hasStatus(leaves ? LEFT : FAILED);
      } finally {
        await agent.kill();
      }
    });
  }
});

test('retry_join_wan: a server finds one of another datacenter, which may come up later', async () => {
  const ports = await choosePorts();
  const join = `retry_join_wan = ["127.0.0.1:${ports.serfWan}"] retry_interval_wan = "1s"`;
  const away: AgentOptions = { node: 'two', args: ['-dev', '-datacenter=dc2', '-log-level=warn', '-hcl', join] };
  await withAgent(away, async (second) => {
    await waitFor(
      () => second.output.includes('Join cluster failed, will retry: cluster=WAN'),
      'a try in vain',
      DEADLINE_MS,
    );
    await withAgent({ node: 'one', ...dev(''), ports }, async (first) => {
      for (const agent of [first, second]) {
        await waitFor(
          async () =>
            Object.keys(await statuses(agent, '?wan=1'))
              .sort()
              .join() === 'one.dc1,two.dc2',
          'both to be members of the WAN pool',
          DEADLINE_MS,
        );
      }
    });
  });
});

test('discard_check_output: what checks say is kept neither by the agent nor in the catalog, until a reload', async () => {
  const file = path.join(folder, 'checks.hcl');
  fs.writeFileSync(file, 'discard_check_output = true');
  await withAgent({ args: ['-dev', '-log-level=warn', `-config-file=${file}`] }, async (agent) => {
    const said = async (): Promise<string> => {
      const checks = (await agent.json('/v1/agent/checks')) as { readonly [id: string]: { readonly Output: string } };
      return checks['beat']?.Output ?? 'none';
    };
    const inCatalog = async (): Promise<string> => {
      const checks = (await agent.json('/v1/health/node/golden')) as readonly {
        CheckID: string;
        Output: string;
        Status: string;
      }[];
      const check = checks.find(({ CheckID }) => CheckID === 'beat');
      return `${check?.Status} ${check?.Output}`;
    };
    await agent.request('PUT', '/v1/agent/check/register', '{"Name": "beat", "TTL": "3600s"}');
    assert.equal((await agent.request('PUT', '/v1/agent/check/pass/beat?note=all+is+well')).status, 200);
    await waitFor(
      async () => (await inCatalog()).startsWith('passing'),
      'the status to be in the catalog',
      DEADLINE_MS,
    );
    assert.equal(await said(), '');
    assert.equal(await inCatalog(), 'passing ');
    fs.writeFileSync(file, 'discard_check_output = false');
    assert.equal((await agent.request('PUT', '/v1/agent/reload')).status, 200);
    assert.equal((await agent.request('PUT', '/v1/agent/check/warn/beat?note=so+so')).status, 200);
    assert.equal(await said(), 'so so');
    await waitFor(async () => (await inCatalog()) === 'warning so so', 'the output to be in the catalog', DEADLINE_MS);
  });
});

test('session_ttl_min: shorter lives are refused', async () => {
  await withAgent(dev('session_ttl_min = "30s"'), async (agent) => {
    const create = (ttl: string) => agent.request('PUT', '/v1/session/create', JSON.stringify({ TTL: ttl }));
    const refused = await create('29s');
    assert.equal(refused.status, 500);
    assert.equal(refused.text, "Invalid Session TTL '29000000000', must be between [30s=24h0m0s]");
    assert.equal((await create('30s')).status, 200);
  });
  await withAgent(dev('session_ttl_min = "50ms"'), async (agent) => {
    const created = await agent.request('PUT', '/v1/session/create', '{"TTL": "100ms"}');
    assert.equal(created.status, 200);
    await waitFor(
      async () => (await agent.request('GET', '/v1/session/list')).text.trim() === '[]',
      'its end',
      DEADLINE_MS,
    );
  });
});
