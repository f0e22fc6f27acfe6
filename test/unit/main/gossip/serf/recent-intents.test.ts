// Intents of members that aren't known yet (spec/gossip.md, section 11): the newest of each counts, for a while, and no more
// of them than a limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecentIntents } from '../../../../../src/main/gossip/serf/members/recent-intents.js';

const LIMIT = 16_384;

test('only a later intent is news', () => {
  const recent = new RecentIntents();
  assert.equal(recent.remember('a', 'leave', 7, 0), true);
  assert.equal(recent.remember('a', 'join', 6, 0), false, 'an older one');
  assert.equal(recent.remember('a', 'join', 7, 0), false, 'one of the same time');
  const { type, lTime } = recent.get('a') ?? {};
  assert.deepEqual([type, lTime], ['leave', 7]);
  assert.equal(recent.remember('a', 'join', 8, 0), true);
  assert.equal(recent.get('a')?.type, 'join');
});

test('they are forgotten after a while, each by its own time', () => {
  const recent = new RecentIntents();
  recent.remember('a', 'join', 1, 100);
  recent.remember('b', 'join', 2, 200);
  recent.remember('a', 'leave', 3, 300);
  recent.expire(200);
  assert.equal(recent.size, 2, 'what came at that time stays');
  recent.expire(201);
  assert.equal(recent.get('b'), undefined);
  assert.equal(recent.get('a')?.lTime, 3);
  recent.expire(301);
  assert.equal(recent.size, 0);
});

test('made-up names fill no memory: the oldest go, endless ones are nobody’s', () => {
  const recent = new RecentIntents();
  for (let i = 0; i <= LIMIT; i += 1) recent.remember(`n${i}`, 'join', 1, i);
  assert.equal(recent.size, LIMIT);
  assert.equal(recent.get('n0'), undefined);
  assert.equal(recent.get('n1')?.type, 'join');
  assert.equal(recent.remember('x'.repeat(513), 'join', 1, 0), false);
  assert.equal(recent.remember('x'.repeat(512), 'join', 1, 0), true);
});
