import assert from 'node:assert/strict';
import test from 'node:test';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { clientStats, serverStats } from '../../../../../src/workers/state/assembly/agent-stats.js';
import type { Parts } from '../../../../../src/workers/state/assembly/parts.js';
import { KnownLeader } from '../../../../../src/workers/state/assembly/server/known-leader.js';
import type { Stats } from '../../../../../src/workers/state/endpoints/agent/identity.js';
import type { Replica } from '../../../../../src/workers/state/replica/replica.js';

const never = new Promise<never>(() => undefined);
const POOLS = { ok: true, result: { lan: { members: '3' }, wan: { members: '1' } } };
const config = { bootstrap: true } as RuntimeConfig;

function parts(figures: Promise<unknown>): Parts {
  const gossip = { lan: { list: [] }, wan: { list: [] } };
  return { settings: { current: config }, control: { ask: () => figures }, gossip } as unknown as Parts;
}

function ofServer(figures: Promise<unknown>, raft: Promise<{ readonly [name: string]: string }>): Promise<Stats> {
  const consensus = { leadership: { role: 0 }, stats: () => raft } as unknown as Replica['consensus'];
  const leader = new KnownLeader();
  leader.changed('follower', '127.0.0.1:8300');
  return serverStats(parts(figures), consensus, leader);
}

test('figures of all threads come together', async () => {
  const stats = await ofServer(Promise.resolve(POOLS), Promise.resolve({ term: '2' }));
  assert.deepEqual(Object.keys(stats), ['consul', 'raft', 'serf_lan', 'serf_wan']);
  assert.deepEqual(stats['raft'], { term: '2' });
  assert.deepEqual(stats['serf_lan'], { members: '3' });
});

test('a thread that does not answer is said to, after five seconds, and the rest is told', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const asked = ofServer(never, never);
  t.mock.timers.tick(5_000);
  const stats = await asked;
  assert.deepEqual(stats['serf_lan'], { error: 'no answer within 5s' });
  assert.deepEqual(stats['raft'], { error: 'no answer within 5s' });
  assert.equal(stats['consul']?.['leader_addr'], '127.0.0.1:8300');
});

test('a client agent waits for its pools alone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { control, gossip } = parts(never);
  const asked = clientStats(control, gossip);
  t.mock.timers.tick(5_000);
  assert.deepEqual(await asked, {
    consul: { acl: 'disabled', known_servers: '0', server: 'false' },
    serf_lan: { error: 'no answer within 5s' },
  });
});
