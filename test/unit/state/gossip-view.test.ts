import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimeConfig } from '../../../src/wire/config.js';
import { ORIGIN } from '../../../src/wire/coordinate.js';
import type { CoordinateRecord } from '../../../src/wire/records.js';
import { GossipView } from '../../../src/workers/state/gossip/gossip-view.js';
import { member } from '../agent-endpoints/fake-request.js';
import { CONFIG, leaderFixture } from '../leader/leader-fixture.js';
import { coordinate, coordinateOf } from './coordinate-fixture.js';

function open(changes: Partial<RuntimeConfig> = {}) {
  const { logger } = leaderFixture();
  const written: CoordinateRecord[] = [];
  const leadership = { isLeading: true };
  const side = new GossipView({
    config: { ...CONFIG, disableCoordinates: false, ...changes },
    logger,
    services: () => [],
    coordinateUpdates: () => (leadership.isLeading ? { add: (record) => written.push(record) } : null),
  });
  return { side, written, leadership };
}

const LOCATED = {
  kind: 'coordinates',
  lan: coordinate(1),
  wan: null,
  seen: [{ node: 'other', coordinate: coordinate(2) }],
} as const;

test('members go to their pool, and this agent is one of them', () => {
  const { side } = open();
  assert.throws(() => side.self, /not among the members/);
  side.receive({ kind: 'members', changes: { pool: 'wan', changed: [member('srv-one.dc1')], removed: [] } });
  side.receive({ kind: 'members', changes: { pool: 'lan', changed: [member('srv-one'), member('a')], removed: [] } });
  assert.deepEqual([side.lan.size, side.wan.size, side.self.name], [2, 1, 'srv-one']);
  side.receive({ kind: 'members', changes: { pool: 'lan', changed: [], removed: ['a'] } });
  assert.deepEqual([side.lan.size, side.wan.size], [1, 1]);
});

test('coordinates are written while this server leads', () => {
  const { side, written, leadership } = open();
  assert.deepEqual(side.coordinate, ORIGIN);
  leadership.isLeading = false;
  side.receive(LOCATED);
  assert.deepEqual([side.coordinate, written], [coordinate(1), []]);
  leadership.isLeading = true;
  side.receive(LOCATED);
  assert.deepEqual(written, [coordinateOf('srv-one', 1), coordinateOf('other', 2)]);
});

test('disabled coordinates are neither written nor shown', () => {
  const { side, written } = open({ disableCoordinates: true });
  side.receive(LOCATED);
  assert.deepEqual([side.coordinate, written], [null, []]);
});
