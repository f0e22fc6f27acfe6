// Who is healthy, and who gets a vote (spec/raft.md, section 9).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_STATUS } from '../../../../../../src/wire/gossip-pools.js';
import type { RaftPeer } from '../../../../../../src/wire/raft/raft-orders.js';
import { healthOf, isHealthy, promotions } from '../../../../../../src/workers/state/leader/autopilot/health.js';
import { expecting } from '../../cluster/servers.js';

const LIMITS = { lastContactThresholdMs: 200, maxTrailingLogs: 250, serverStabilizationTimeMs: 10_000 };
const LEADER = { LastContact: '0', LastTerm: 4, LastIndex: 1000 };
const WELL = { LastContact: '35.164ms', LastTerm: 4, LastIndex: 750 };
const server = expecting(2);
const peer: RaftPeer = { suffrage: 'nonvoter', id: 'id-2', address: '10.0.0.2:8300' };

test('a server is healthy while it is alive, in touch, in the term and not too far behind', () => {
  const judged = (stats: typeof WELL | null, it = server): boolean => isHealthy({ server: it, stats }, LEADER, LIMITS);
  assert.equal(judged(WELL), true);
  assert.equal(judged({ ...WELL, LastContact: '200ms' }), true);
  assert.equal(judged({ ...WELL, LastContact: '201ms' }), false);
  assert.equal(judged({ ...WELL, LastContact: 'never' }), false);
  assert.equal(judged({ ...WELL, LastTerm: 3 }), false);
  assert.equal(judged({ ...WELL, LastIndex: 749 }), false);
  assert.equal(judged(null), false);
  assert.equal(judged(WELL, expecting(2, {}, MEMBER_STATUS.failed)), false);
});

test('the time counts from the last change', () => {
  const first = healthOf([{ server, stats: WELL }], LEADER, LIMITS, new Map(), 1_000);
  const second = healthOf([{ server, stats: WELL }], LEADER, LIMITS, first, 3_000);
  assert.deepEqual(second.get('id-2'), { isHealthy: true, sinceMs: 1_000 });
  const third = healthOf([{ server, stats: null }], LEADER, LIMITS, second, 5_000);
  assert.deepEqual(third.get('id-2'), { isHealthy: false, sinceMs: 5_000 });
});

test('a non-voter is promoted once it has been well for long enough; at first at once', () => {
  const health = new Map([['id-2', { isHealthy: true, sinceMs: 50_000 }]]);
  const at = (nowMs: number, startedMs = 0): number =>
    promotions([peer], [server], health, LIMITS, { startedMs, nowMs }).length;
  assert.equal(at(59_999), 0);
  assert.equal(at(60_000), 1);
  assert.equal(at(50_000, 45_000), 1, 'autopilot is young');
});

test('voters, the sick, the unknown and read replicas are not promoted', () => {
  const well = new Map([['id-2', { isHealthy: true, sinceMs: 0 }]]);
  const times = { startedMs: 0, nowMs: 60_000 };
  assert.deepEqual(promotions([{ ...peer, suffrage: 'voter' }], [server], well, LIMITS, times), []);
  const sick = new Map([['id-2', { isHealthy: false, sinceMs: 0 }]]);
  assert.deepEqual(promotions([peer], [server], sick, LIMITS, times), []);
  assert.deepEqual(promotions([peer], [], well, LIMITS, times), []);
  assert.deepEqual(promotions([peer], [expecting(2, { read_replica: '1' })], well, LIMITS, times), []);
});
