import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RuntimeConfig } from '../../../../../src/wire/config.js';
import { ORIGIN } from '../../../../../src/wire/coordinate.js';
import type { MemberChanges } from '../../../../../src/wire/gossip-pools.js';
import { packChanges, type ToldMember } from '../../../../../src/wire/packed-members.js';
import { GossipView } from '../../../../../src/workers/state/gossip/gossip-view.js';
import { metaOf } from '../../../main/pools/recorded.js';
import { member } from '../endpoints/agent/fake-request.js';
import { CONFIG, leaderFixture } from '../leader/leader-fixture.js';
import { coordinate } from './coordinate-fixture.js';

function open(changes: Partial<RuntimeConfig> = {}) {
  const { logger } = leaderFixture();
  const told: MemberChanges[] = [];
  const side = new GossipView({
    config: { ...CONFIG, disableCoordinates: false, ...changes },
    logger,
  });
  side.listen({ membersChanged: (changes) => told.push(changes) });
  return { side, told };
}

function toldMember(name: string): ToldMember {
  const versionBytes = Uint8Array.of(1, 5, 2, 2, 5, 4);
  return { name, ip: Uint8Array.of(127, 0, 0, 1), port: 8301, meta: metaOf({}), versionBytes, status: 1 };
}

const LOCATED = { kind: 'coordinate', coordinate: coordinate(1) } as const;

test('members go to their pool, and this agent is one of them', () => {
  const { side } = open();
  assert.throws(() => side.self, /not among the members/);
  side.receive({
    kind: 'members',
    changes: packChanges({ pool: 'wan', changed: [toldMember('srv-one.dc1')], removed: [] }),
  });
  side.receive({
    kind: 'members',
    changes: packChanges({ pool: 'lan', changed: [toldMember('srv-one'), toldMember('a')], removed: [] }),
  });
  assert.deepEqual([side.lan.size, side.wan.size, side.self.name], [2, 1, 'srv-one']);
  side.receive({ kind: 'members', changes: packChanges({ pool: 'lan', changed: [], removed: ['a'] }) });
  assert.deepEqual([side.lan.size, side.wan.size], [1, 1]);
});

test('who listens hears of the LAN pool alone, when the change is in it', () => {
  const { side, told } = open();
  const lan = { pool: 'lan', changed: [member('a')], removed: [] } as const;
  side.listen({ membersChanged: () => assert.ok(side.lan.find('a')) });
  side.receive({
    kind: 'members',
    changes: packChanges({ pool: 'wan', changed: [toldMember('srv-one.dc1')], removed: [] }),
  });
  side.receive({ kind: 'members', changes: packChanges({ ...lan, changed: [toldMember('a')] }) });
  assert.deepEqual(told, [lan]);
});

test('who listens, and cares, hears which server is suspected', () => {
  const { side } = open();
  const suspected: string[] = [];
  side.listen({ membersChanged: () => {}, serverSuspected: (name) => suspected.push(name) });
  side.receive({ kind: 'server-suspected', name: 'a' });
  assert.deepEqual(suspected, ['a']);
});

test("this agent's coordinate is the last one that was told; disabled, it has none", () => {
  const { side } = open();
  assert.deepEqual(side.coordinate, ORIGIN);
  side.receive(LOCATED);
  assert.deepEqual(side.coordinate, coordinate(1));
  const { side: disabled } = open({ disableCoordinates: true });
  disabled.receive(LOCATED);
  assert.equal(disabled.coordinate, null);
});
