import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONSUL_LAN, CONSUL_WAN, DEVELOPMENT, LAN, WAN } from '../../../../../src/main/gossip/core/settings.js';

test('a probe ends within its interval, and gossip is faster than probing', () => {
  const development = { ...CONSUL_LAN, ...DEVELOPMENT };
  for (const settings of [LAN, WAN, CONSUL_LAN, CONSUL_WAN, development]) {
    assert.ok(settings.probeTimeoutMs <= settings.probeIntervalMs);
    assert.ok(settings.gossipIntervalMs <= settings.probeIntervalMs);
    // With two or fewer nobody's confirmation would count.
    assert.ok(settings.suspicionMult > 2);
  }
});

test('Consul gossips to three members over wide areas, too, and takes names back after half a minute', () => {
  assert.deepEqual(
    [LAN, CONSUL_LAN, WAN, CONSUL_WAN].map(({ gossipNodes }) => gossipNodes),
    [3, 3, 4, 3],
  );
  assert.deepEqual(
    [LAN, CONSUL_LAN, WAN, CONSUL_WAN].map(({ deadNodeReclaimMs }) => deadNodeReclaimMs),
    [0, 30_000, 0, 30_000],
  );
});
