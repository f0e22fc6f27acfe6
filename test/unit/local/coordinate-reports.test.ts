// How often an agent tells where it is, and what it does when there is nothing to tell.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import fc from 'fast-check';
import type { Coordinate } from '../../../src/wire/gossip-pools.js';
import { CoordinateReports, reportInterval } from '../../../src/workers/state/local/sync/coordinate-reports.js';

const HERE: Coordinate = { Vec: [1, 2, 3, 4, 5, 6, 7, 8], Error: 1, Adjustment: 0, Height: 0.1 };

beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
afterEach(() => mock.timers.reset());

test('all agents together make no more than 64 reports a second, and none more than four a minute', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 100_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (members, spread) => {
      const intervalMs = reportInterval(members, () => Math.min(spread, 0.999));
      assert.ok(intervalMs >= 15_000);
      assert.ok((members * 1000) / intervalMs <= 64 + 1e-9);
      assert.ok(intervalMs <= 2 * Math.max(15_000, (members * 1000) / 64));
    }),
  );
});

test('a report is due after each interval, whose length follows the pool; nothing known, nothing told; a stop ends it', () => {
  let members = 3;
  let own: Coordinate | null = HERE;
  const told: Coordinate[] = [];
  const reports = new CoordinateReports({
    random: () => 0,
    members: () => members,
    own: () => own,
    report: async (coordinate) => {
      told.push(coordinate);
    },
  });
  mock.timers.tick(14_999);
  assert.equal(told.length, 0);
  members = 6_400;
  mock.timers.tick(1);
  assert.deepEqual(told, [HERE]);
  mock.timers.tick(99_999);
  assert.equal(told.length, 1);
  own = null;
  mock.timers.tick(1);
  assert.equal(told.length, 1);
  own = HERE;
  mock.timers.tick(100_000);
  assert.equal(told.length, 2);
  reports.stop();
  mock.timers.tick(1_000_000);
  assert.equal(told.length, 2);
});
