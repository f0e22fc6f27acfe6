import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FiredEvent } from '../../../../../src/wire/gossip-pools.js';
import type { ServiceRecord } from '../../../../../src/wire/records.js';
import { refuseFilters } from '../../../../../src/workers/state/gossip/events/event-filter.js';
import { eventIndex } from '../../../../../src/workers/state/gossip/events/event-index.js';
import { EventLog } from '../../../../../src/workers/state/gossip/events/event-log.js';
import { leaderFixture } from '../leader/leader-fixture.js';
import { service } from '../replica/store/commands.js';

const ID = '0123abcd-4567-89ef-fedc-ba9876543210';

function event(changes: Partial<FiredEvent> = {}): FiredEvent {
  return {
    id: ID,
    name: 'deploy',
    payload: null,
    nodeFilter: '',
    serviceFilter: '',
    tagFilter: '',
    version: 1,
    lTime: 1,
    ...changes,
  };
}

function open(services: readonly ServiceRecord[] = []) {
  const { logger, lines } = leaderFixture();
  const log = new EventLog({ nodeName: 'golden', services: () => services, logger });
  return { log, lines };
}

test('an event is kept when its filters fit this agent', () => {
  const { log } = open([
    service({ ID: 'web-1', Service: 'front', Tags: ['blue', 'v2'] }),
    service({ ID: 'api-1', Service: 'back', Tags: null }),
  ]);
  const fits = (filters: Partial<FiredEvent>): boolean => {
    const before = log.list('').length;
    log.receive(event(filters));
    return log.list('').length > before;
  };
  assert.equal(fits({}), true);
  assert.equal(fits({ nodeFilter: 'gold' }), true, 'anywhere in the name');
  assert.equal(fits({ nodeFilter: '^old' }), false);
  assert.equal(fits({ serviceFilter: '^web' }), true);
  assert.equal(fits({ serviceFilter: 'front' }), false, 'the ID counts, not the name');
  assert.equal(fits({ serviceFilter: 'web', tagFilter: 'v[0-9]' }), true);
  assert.equal(fits({ serviceFilter: 'api', tagFilter: 'v[0-9]' }), false, 'the tag must be of the same service');
  assert.equal(fits({ serviceFilter: 'web', nodeFilter: 'silver' }), false);
});

test('filters of another agent that are broken or monstrous fit nothing', () => {
  const { log } = open([service({ ID: 'x' })]);
  for (const broken of ['(', 'x{1000}'.repeat(500), '('.repeat(5000)]) {
    log.receive(event({ nodeFilter: broken }));
    log.receive(event({ serviceFilter: broken }));
    log.receive(event({ serviceFilter: 'x', tagFilter: broken }));
  }
  assert.deepEqual(log.list(''), []);
});

test('the last 256 are kept', () => {
  const { log } = open();
  for (let lTime = 1; lTime <= 300; lTime += 1) log.receive(event({ lTime, name: lTime % 2 === 0 ? 'even' : 'odd' }));
  const times = log.list('').map(({ lTime }) => lTime);
  assert.deepEqual([times.length, times[0], times[255]], [256, 45, 300]);
  assert.equal(log.list('even').length, 128);
  assert.deepEqual(log.list('Even'), []);
});

test('whoever watches is woken by what is kept, until it has enough', () => {
  const { log } = open();
  let woken = 0;
  const unwatch = log.watch(() => {
    woken += 1;
  });
  log.receive(event({ nodeFilter: 'silver' }));
  assert.equal(woken, 0);
  log.receive(event());
  log.receive(event());
  assert.equal(woken, 2);
  unwatch();
  log.receive(event());
  assert.equal(woken, 2);
});

test('remote execution is not offered; a version from the future is only remarked', () => {
  const { log, lines } = open();
  log.receive(event({ name: '_rexec' }));
  assert.deepEqual(log.list(''), []);
  log.receive(event({ version: 2 }));
  assert.equal(log.list('').length, 1);
  assert.deepEqual(lines, [
    `info ignoring remote exec event, disabled. event_name=_rexec event_id=${ID}`,
    `warn event version may have unsupported features event_version=2 event_id=${ID}`,
    `debug new event event_name=deploy event_id=${ID}`,
  ]);
});

test('the index is made from the last ID', () => {
  assert.equal(eventIndex([]), 1n);
  assert.equal(eventIndex([event({ id: 'no uuid' })]), 1n);
  assert.equal(
    eventIndex([event({ id: 'ffffffff-ffff-ffff-ffff-ffffffffffff' }), event()]),
    0x0123abcd456789efn ^ 0xfedcba9876543210n,
  );
});

test('filters are judged before an event is fired', () => {
  const filters = { nodeFilter: '', serviceFilter: '', tagFilter: '' };
  const missing = 'error parsing regexp: missing closing ): `(`';
  assert.equal(refuseFilters(filters), null);
  assert.equal(refuseFilters({ nodeFilter: 'a', serviceFilter: 'b', tagFilter: 'c' }), null);
  assert.equal(refuseFilters({ ...filters, tagFilter: '(' }), 'Cannot provide tag filter without service filter');
  assert.equal(refuseFilters({ ...filters, nodeFilter: '(' }), `Invalid node filter: ${missing}`);
  assert.equal(refuseFilters({ ...filters, serviceFilter: '(' }), `Invalid service filter: ${missing}`);
  assert.equal(refuseFilters({ ...filters, serviceFilter: 'a', tagFilter: '(' }), `Invalid tag filter: ${missing}`);
});
