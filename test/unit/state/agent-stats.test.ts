import assert from 'node:assert/strict';
import test from 'node:test';
import type { RuntimeConfig } from '../../../src/wire/config.js';
import { type AgentStatsDependencies, agentStats } from '../../../src/workers/state/agent-stats.js';
import type { AgentControl } from '../../../src/workers/state/control/control-client.js';
import type { Replica } from '../../../src/workers/state/replica/replica.js';

const never = new Promise<never>(() => undefined);
const POOLS = { ok: true, result: { lan: { members: '3' }, wan: { members: '1' } } };
const config = { bootstrap: true } as RuntimeConfig;

function replica(stats: Promise<{ readonly [name: string]: string }>): Replica {
  return { consensus: { leadership: { role: 0 }, stats: () => stats } } as unknown as Replica;
}

function dependencies(figures: Promise<unknown>, server: Replica | null): AgentStatsDependencies {
  return {
    config: () => config,
    control: { ask: () => figures } as unknown as AgentControl,
    gossip: { lan: { list: [] }, wan: { list: [] } } as unknown as AgentStatsDependencies['gossip'],
    server: () => server,
    leaderAddress: () => '127.0.0.1:8300',
  };
}

test('figures of all threads come together', async () => {
  const stats = await agentStats(dependencies(Promise.resolve(POOLS), replica(Promise.resolve({ term: '2' }))));
  assert.deepEqual(Object.keys(stats), ['consul', 'raft', 'serf_lan', 'serf_wan']);
  assert.deepEqual(stats['raft'], { term: '2' });
  assert.deepEqual(stats['serf_lan'], { members: '3' });
});

test('a thread that does not answer is said to, after five seconds, and the rest is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = agentStats(dependencies(never, replica(never)));
  t.mock.timers.tick(5_000);
  const stats = await asked;
  assert.deepEqual(stats['serf_lan'], { error: 'no answer within 5s' });
  assert.deepEqual(stats['raft'], { error: 'no answer within 5s' });
  assert.equal(stats['consul']?.['leader_addr'], '127.0.0.1:8300');
});

test('a client agent waits for its pools alone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = agentStats(dependencies(never, null));
  t.mock.timers.tick(5_000);
  assert.deepEqual(await asked, {
    consul: { acl: 'disabled', known_servers: '0', server: 'false' },
    serf_lan: { error: 'no answer within 5s' },
  });
});
