// What a reader answers by itself, and what it hands over.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mayServe } from '../../../../../src/workers/state/assembly/reader-serves.js';
import { parseQuery } from '../../../../../src/workers/state/http/parameters/query.js';

const LEADER = { mayServe: true, hadLeader: true };
const FOLLOWER = { mayServe: false, hadLeader: true };
const NEW = { mayServe: false, hadLeader: false };

function served(query: string, leadership = LEADER, discoveryMaxStaleMs = 0): boolean {
  const parsed = parseQuery(query);
  assert.ok(parsed);
  return mayServe(parsed, { datacenter: 'dc1', discoveryMaxStaleMs }, leadership);
}

test('on the leader, what needs only the store as it is now', () => {
  for (const query of [
    '',
    'index=7&wait=1s',
    'stale',
    'raw',
    'passing&near=_agent&filter=a',
    'dc=dc1',
    'token=x',
    'ns=x',
  ]) {
    assert.ok(served(query), query);
  }
});

test('whoever asks for more is handed over', () => {
  for (const query of [
    'consistent',
    'cached',
    'max_stale=5s',
    'stale&max_stale=0s',
    'dc=dc2',
    'datacenter=dc2&dc=dc1',
  ]) {
    assert.ok(!served(query), query);
  }
});

test('where another server leads, or nobody, only stale reads are answered, once there was a leader', () => {
  for (const query of ['', 'index=7', 'raw', 'leader']) assert.ok(!served(query, FOLLOWER), query);
  assert.ok(served('stale', FOLLOWER));
  assert.ok(served('stale&index=5', FOLLOWER));
  for (const query of ['', 'stale']) assert.ok(!served(query, NEW), query);
});

test('where answers of catalog and health may not be too old, a read that waits is handed over', () => {
  assert.ok(!served('index=7', LEADER, 5_000));
  assert.ok(served('passing', LEADER, 5_000));
});
