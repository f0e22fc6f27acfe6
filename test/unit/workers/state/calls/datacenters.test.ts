import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ORIGIN } from '../../../../../src/wire/coordinate.js';
import type { Coordinate } from '../../../../../src/wire/gossip-pools.js';
import { nearestFirst } from '../../../../../src/workers/state/methods/datacenters.js';

/** So many milliseconds from the origin. */
function at(ms: number): Coordinate {
  return { ...ORIGIN, Vec: [ms / 1000, 0, 0, 0, 0, 0, 0, 0] };
}

const SERVERS = new Map(
  Object.entries({ a: ['a1'], far: ['f1', 'f2', 'f3'], here: ['h1'], near: ['n1', 'n2'], unknown: ['u1'] }).map(
    ([datacenter, names]) => [datacenter, names.map((name) => ({ name }))] as const,
  ),
);
const PLACES = new Map(
  Object.entries({ a1: 90, f1: 1, f2: 50, f3: 60, h1: 0, n1: 10, n2: 20 }).map(([name, ms]) => [name, at(ms)] as const),
);

test('the own datacenter comes first, then by the median distance of its servers, last those without a place', () => {
  const own = { datacenter: 'here', coordinate: at(0) };
  assert.deepEqual(nearestFirst(SERVERS, own, PLACES), ['here', 'near', 'far', 'a', 'unknown']);
});

test('without a place of our own they are in the order of their names', () => {
  const own = { datacenter: 'near', coordinate: undefined };
  assert.deepEqual(nearestFirst(SERVERS, own, PLACES), ['near', 'a', 'far', 'here', 'unknown']);
});
