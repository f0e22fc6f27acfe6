// How often an agent tells where it is, and what it does when there is nothing to tell.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import type { Coordinate } from '../../../../../src/wire/gossip-pools.js';
import type { Calls } from '../../../../../src/workers/state/calls/calls.js';
import { CoordinateReports, reportInterval } from '../../../../../src/workers/state/local/sync/coordinate-reports.js';
import { updateCoordinate } from '../../../../../src/workers/state/methods/catalog/coordinate.js';
import { type Refusal, refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { noAcls } from '../../../../../src/workers/state/methods/contract/token-resolver.js';

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

const LOGGED: string[] = [];
const logger = new Logger(
  'agent',
  new LogSink('warn', ({ level, message, fields }) => LOGGED.push([level, message, ...fields].join(' '))),
);

/** What was told, and by which token, of a pool that can be changed. */
function open(devMode = false) {
  const pool = {
    members: 3,
    own: HERE as Coordinate | null,
    obstacle: null as Refusal | null,
    answer: true as true | Refusal,
    told: [] as unknown[],
  };
  const calls = {
    get obstacle() {
      return pool.obstacle;
    },
    write: async (...asked: readonly unknown[]) => {
      pool.told.push(asked);
      return pool.answer;
    },
  } as unknown as Calls;
  const reports = new CoordinateReports({
    nodeName: 'here',
    datacenter: 'dc1',
    random: () => 0,
    calls,
    token: () => 'secret',
    acls: noAcls,
    members: () => pool.members,
    own: () => pool.own,
    devMode,
    logger,
  });
  return { pool, reports };
}

test('a report is due after each interval, whose length follows the pool; nothing known, nothing told; a stop ends it', () => {
  const { pool, reports } = open();
  mock.timers.tick(5_999);
  assert.equal(pool.told.length, 0);
  mock.timers.tick(1);
  assert.equal(pool.told.length, 1);
  pool.told.length = 0;
  mock.timers.tick(14_999);
  assert.equal(pool.told.length, 0);
  pool.members = 6_400;
  mock.timers.tick(1);
  const record = { Node: 'here', Segment: '', Partition: '', Coord: HERE };
  assert.deepEqual(pool.told, [[updateCoordinate, record, 'dc1', { token: 'secret' }]]);
  mock.timers.tick(99_999);
  assert.equal(pool.told.length, 1);
  pool.own = null;
  mock.timers.tick(1);
  pool.own = HERE;
  pool.obstacle = refusal('no-leader');
  mock.timers.tick(100_000);
  assert.equal(pool.told.length, 1);
  pool.obstacle = null;
  mock.timers.tick(100_000);
  assert.equal(pool.told.length, 2);
  reports.stop();
  mock.timers.tick(1_000_000);
  assert.equal(pool.told.length, 2);
});

test('in development mode it comes at once; in a pool of thousands not before its turn', () => {
  const { pool, reports } = open(true);
  mock.timers.tick(600);
  assert.equal(pool.told.length, 1);
  reports.stop();
  const { pool: large, reports: among } = open();
  large.members = 6_400;
  mock.timers.tick(6_000);
  mock.timers.tick(99_999);
  assert.equal(large.told.length, 0);
  mock.timers.tick(1);
  assert.equal(large.told.length, 1);
  among.stop();
});

test('a report that is refused is logged, and one that no rule allows with the accessor of its token', async () => {
  const { pool, reports } = open(true);
  pool.answer = refusal('failed', 'rpc error');
  mock.timers.tick(600);
  await setImmediate();
  pool.answer = refusal('denied', 'Permission denied');
  mock.timers.tick(15_000);
  await setImmediate();
  reports.stop();
  assert.match(LOGGED[0] ?? '', /^error Coordinate update error error rpc error/);
  assert.match(LOGGED[1] ?? '', /^warn Coordinate update blocked by ACLs accessorID/);
  assert.ok(!LOGGED.join('').includes('secret'));
});
