// Failed members are tried again (spec/gossip.md, section 16): by all others together about once an interval, so by each
// of them rarely.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERF } from '../../../../../src/main/gossip/serf/pool/options.js';
import { LEAVE, leaveIntent } from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { addressOfNode, deadMessage } from '../core/rig.js';
import { SerfRig } from './rig.js';

const INTERVALS = 200;

/** Whom n1 tries to reach in that many intervals, in a pool of so many members of which some have failed. */
function triedBy(size: number, failed: readonly string[], left: readonly string[] = []): string[] {
  const rig = new SerfRig({ serf: { ...SERF, reconnectTimeoutMs: 1e12, tombstoneTimeoutMs: 1e12 } });
  rig.knows(...Array.from({ length: size - 1 }, (_, i) => `n${i + 2}`));
  for (const Node of left) rig.hears(encode(leaveIntent, { LTime: 5, Node, Prune: false }, LEAVE));
  for (const name of [...failed, ...left]) rig.serf.receive(deadMessage(name, 'n9'), addressOfNode('n2'), rig.nowMs);
  const { streams } = rig.run(INTERVALS * SERF.reconnectIntervalMs);
  return streams.map((stream) => {
    assert.ok(stream.kind === 'pushPull' && stream.isJoin);
    assert.deepEqual(stream.to, addressOfNode(stream.name));
    return stream.name;
  });
}

test('the last one that is well tries at every interval', () => {
  assert.deepEqual(
    triedBy(2, ['n2']),
    Array.from({ length: INTERVALS }, () => 'n2'),
  );
});

test('one of twenty tries about every twentieth time', () => {
  const tried = triedBy(21, ['n2']);
  assert.ok(tried.length > 2 && tried.length < 30, `${tried.length}`);
});

test('each failed member has its turn, those that left have none', () => {
  const tried = new Set(triedBy(6, ['n3', 'n4'], ['n5']));
  assert.deepEqual([...tried].sort(), ['n3', 'n4']);
});
