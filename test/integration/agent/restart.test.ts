// What a restart must bring back: everything acknowledged, byte for byte as clients saw it, with its indexes; through
// snapshots that replace the log again and again, and through kill -9.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-restart-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

interface Check {
  readonly CheckID: string;
  readonly Status: string;
  readonly Output: string;
}

/** Runs `count` requests, a few at a time, and fails with the first that isn't answered 200. */
async function many(
  agent: AgentProcess,
  count: number,
  one: (index: number) => [string, string, string?],
): Promise<void> {
  let next = 0;
  const run = async (): Promise<void> => {
    while (next < count) {
      const [method, target, body] = one(next++);
      const answer = await agent.request(method, target, body);
      assert.equal(answer.status, 200, `${method} ${target}: ${answer.text}`);
    }
  };
  await Promise.all(Array.from({ length: 16 }, run));
}

/** Through which index the newest snapshot on disk goes; its name is `<term>-<index>-<time>`. */
function snapshotIndex(dataDir: string): number {
  const names = fs.readdirSync(path.join(dataDir, 'raft', 'snapshots')).filter((name) => /^\d+-\d+-\d+$/.test(name));
  return Math.max(0, ...names.map((name) => Number(name.split('-')[1])));
}

/** Everything replicated that a client can see, with the index each answer carries. */
async function everything(agent: AgentProcess, nodes: readonly string[]): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  const targets = [
    '/v1/kv/?recurse',
    '/v1/kv/gone/?recurse',
    '/v1/kv/tree/1?raw',
    '/v1/kv/bytes/%fe?raw',
    '/v1/kv/bytes/%ff?raw',
    '/v1/session/list',
    '/v1/catalog/nodes',
    '/v1/catalog/services',
    '/v1/health/state/any',
    '/v1/catalog/service/bulk-3',
    ...nodes.flatMap((node) => [`/v1/catalog/node/${node}`, `/v1/health/node/${node}`]),
  ];
  for (const target of targets) {
    const answer = await agent.request('GET', target);
    seen.set(target, `${answer.status} ${answer.headers.get('x-consul-index')} ${answer.text}`);
  }
  return seen;
}

test('snapshots and the log after them bring back the catalog, the KV and the sessions with their indexes', async () => {
  const dataDir = path.join(folder, 'snapshots');
  let lastSnapshot = 0;
  const args = [
    '-server',
    '-bootstrap',
    `-data-dir=${dataDir}`,
    '-log-level=warn',
    '-hcl',
    'raft_snapshot_threshold = 50',
    '-hcl',
    'raft_snapshot_interval = "1s"',
    '-hcl',
    'raft_trailing_logs = 20',
  ];
  let agent = await startAgent({ args });
  const { ports } = agent;
  const nodes = ['golden', ...Array.from({ length: 20 }, (_, index) => `ext-${index}`)];
  try {
    for (let round = 0; round < 3; round += 1) {
      await many(agent, 400, (index) => ['PUT', `/v1/kv/tree/${index}?flags=${round}`, `${round}-${index}`]);
      await many(agent, 2, (index) => ['PUT', `/v1/kv/bytes/%f${index === 0 ? 'e' : 'f'}`, `${round}-${index}`]);
      await many(agent, 100, (index) => ['PUT', `/v1/kv/gone/${round}/${index}`, 'x']);
      await many(agent, 50, (index) => ['DELETE', `/v1/kv/gone/${round}/${index}`]);
      await many(agent, 1, () => ['DELETE', `/v1/kv/gone/${round}/9?recurse`]);
      await many(agent, 200, (index) => [
        'PUT',
        '/v1/catalog/register',
        JSON.stringify({
          Node: `ext-${index % 20}`,
          Address: `10.0.0.${index % 20}`,
          NodeMeta: { round: String(round) },
          Service: {
            ID: `bulk-${index}`,
            Service: `bulk-${index % 7}`,
            Tags: ['a', `r${round}`],
            Port: index,
            Meta: { i: 'ä' },
          },
          Checks: [{ CheckID: `c-${index}`, Name: 'c', Status: 'passing', ServiceID: `bulk-${index}` }],
        }),
      ]);
      await many(agent, 40, (index) => [
        'PUT',
        '/v1/catalog/deregister',
        JSON.stringify({ Node: `ext-${index % 20}`, ServiceID: `bulk-${index}` }),
      ]);
      await many(agent, 30, (index) => ['PUT', '/v1/session/create', `{"Name": "s${index}", "TTL": "3600s"}`]);
      const [session] = (await agent.json('/v1/session/list')) as { ID: string }[];
      assert.ok(session);
      assert.equal(
        (await agent.request('PUT', `/v1/kv/lock/${round}?acquire=${session.ID}`, 'held')).text.trim(),
        'true',
      );
      await many(agent, 1, () => ['PUT', `/v1/session/destroy/${session.ID}`]);

      // A snapshot that was taken in this round replaces the older ones.
      await waitFor(() => snapshotIndex(dataDir) > lastSnapshot, 'the threshold to lead to a snapshot');
      lastSnapshot = snapshotIndex(dataDir);
      await many(agent, 25, (index) => ['PUT', `/v1/kv/behind-the-snapshot/${index}`, String(round)]);

      const before = await everything(agent, nodes);
      if (round === 1) await agent.stop();
      else await agent.kill();
      agent = await startAgent({ args, ports });
      const afterwards = await everything(agent, nodes);
      for (const [target, answer] of before) assert.equal(afterwards.get(target), answer, `round ${round}: ${target}`);
    }
    // A blocking read that was parked at the index of before goes on from there.
    const { headers } = await agent.request('GET', '/v1/kv/tree/1');
    const parked = agent.request('GET', `/v1/kv/tree/1?index=${headers.get('x-consul-index')}&wait=20s`);
    await agent.request('PUT', '/v1/kv/tree/1', 'after the restarts');
    assert.ok(Number((await parked).headers.get('x-consul-index')) > Number(headers.get('x-consul-index')));
  } finally {
    await agent.stop();
  }
});

test('kill -9 loses neither services, checks and their statuses, maintenance, keys nor sessions', async () => {
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, 'killed')}`, '-log-level=warn'];
  let agent = await startAgent({ args });
  try {
    const register = (body: object): [string, string, string] => [
      'PUT',
      '/v1/agent/service/register',
      JSON.stringify(body),
    ];
    const calls: [string, string, string?][] = [
      register({ Name: 'web', ID: 'web1', Port: 80, Tags: ['v1'], Check: { TTL: '3600s' } }),
      register({ Name: 'web', ID: 'web2', Port: 81, Check: { TTL: '3600s', Status: 'warning' } }),
      register({ Name: 'probed', Check: { HTTP: `${agent.http}/v1/status/leader`, Interval: '1h' } }),
      ['PUT', '/v1/agent/check/register', '{"Name": "node-ttl", "TTL": "3600s"}'],
      ['PUT', '/v1/agent/check/pass/service:web1?note=all+is+well'],
      ['PUT', '/v1/agent/check/warn/node-ttl?note=disk'],
      ['PUT', '/v1/agent/service/maintenance/web2?enable=true&reason=upgrade'],
      ['PUT', '/v1/agent/maintenance?enable=true&reason=rack'],
      ['PUT', '/v1/kv/a', 'kept'],
      ['PUT', '/v1/session/create', '{"Name": "kept", "TTL": "600s", "NodeChecks": []}'],
    ];
    for (const call of calls) {
      const answer = await agent.request(...call);
      assert.equal(answer.status, 200, `${call[1]}: ${answer.text}`);
    }
    await agent.kill();
    agent = await startAgent({ args, ports: agent.ports });

    assert.deepEqual(Object.keys((await agent.json('/v1/agent/services')) as object).sort(), [
      'probed',
      'web1',
      'web2',
    ]);
    const checks = (await agent.json('/v1/agent/checks')) as { readonly [id: string]: Check };
    const status = (id: string): string => `${checks[id]?.Status} ${checks[id]?.Output}`;
    assert.equal(status('service:web1'), 'passing all is well');
    assert.equal(status('node-ttl'), 'warning disk');
    assert.equal(status('service:web2'), 'critical ', 'never reported: as any restored check');
    assert.equal(checks['_service_maintenance:web2']?.Status, 'critical');
    assert.equal(checks['_node_maintenance']?.Status, 'critical');
    assert.equal((await agent.request('GET', '/v1/kv/a?raw')).text, 'kept');
    assert.deepEqual(
      ((await agent.json('/v1/session/list')) as { Name: string }[]).map((session) => session.Name),
      ['kept'],
    );
    // And the catalog says the same as the agent.
    await waitFor(async () => {
      const known = (await agent.json('/v1/health/node/golden')) as Check[];
      return Object.keys(checks).every((id) => known.some((check) => check.CheckID === id));
    }, 'the checks to be in the catalog');
  } finally {
    await agent.stop();
  }
});
