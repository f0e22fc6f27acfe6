// The harness itself: stock Serf and Debian's agent with each other. What fails here is no fault of lictor's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { skipWithout, stockNodes } from './programs.js';
import { eventually, query, seen, TestPool, tagsSeen, together } from './test-pool.js';

const KEY = Buffer.alloc(32, 1).toString('base64');
const skip = skipWithout('go', 'serf');
const stock = stockNodes(skip);

test("stock Serf and Debian's agent in one pool", { skip }, async (context) => {
  const pool = new TestPool(context);
  const { peer: debian } = await pool.agent('debian', { tags: { role: 'web' }, keys: [KEY] });
  const { peer: go } = await pool.node(stock, 'go', { tags: { role: 'db' }, keys: [KEY] });
  const gone = await pool.node(stock, 'gone', { keys: [KEY] });
  assert.equal(await debian.join([go.address]), 1);
  assert.equal(await gone.peer.join([debian.address]), 1);
  await together([debian, go, gone.peer]);
  await tagsSeen([debian], 'go', { role: 'db' });
  await tagsSeen([go], 'debian', { role: 'web' });

  await debian.event('deploy', 'one', false);
  await go.event('deploy', 'two', false);
  for (const peer of [debian, go]) {
    await eventually(
      () => ['deploy=one', 'deploy=two'].every((event) => peer.userEvents().includes(event)),
      () => peer.userEvents().join(),
    );
  }

  const fromDebian = await debian.query(query('ping', 'a', { filterTags: { role: 'db' }, requestAck: true }));
  assert.deepEqual(fromDebian, { acks: ['go'], responses: { go: 'go: a' } });
  const fromGo = await go.query(query('ping', 'b', { filterNodes: ['debian'], requestAck: true }));
  assert.deepEqual(fromGo, { acks: ['debian'], responses: { debian: 'debian: b' } });

  assert.deepEqual((await go.key('list', '')).keys, { [KEY]: 3 });
  assert.deepEqual((await debian.key('list', '')).keys, { [KEY]: 3 });

  await gone.kill();
  await seen([debian, go], 'gone', 'failed');
  await go.forceLeave('gone', false);
  await seen([debian, go], 'gone', 'left');
  await debian.leave();
  await seen([go], 'debian', 'left');
});
