// Alias checks: which checks count, when a change is seen, what happens while the catalog doesn't answer (spec/agent.md
// section 3, "alias").

import assert from 'node:assert/strict';
import test from 'node:test';
import { AliasChecks, aliasHealth } from '../../../../../src/workers/state/local/checks/alias-checks.js';
import type { NodeChecks } from '../../../../../src/workers/state/local/checks/node-checks.js';
import { LocalState } from '../../../../../src/workers/state/local/state/local-state.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { NO_CHECK } from '../../../../../src/workers/state/records/zero-values.js';
import { FakeClock, settle } from './fake-clock.js';
import { openLocal } from './local-fixture.js';
import { checkType, registration, SECOND_NS } from './registrations.js';

const statusOf = (local: Awaited<ReturnType<typeof openLocal>>['local'], id: string): unknown[] => {
  const check = local.state.check(id)?.check;
  return [check?.Status, check?.Output];
};

test('an alias shows the worst of its service; the first critical one ends the search', () => {
  const check = (Name: string, Status: string, Output: string) => ({ ...NO_CHECK, Name, Status, Output });
  assert.deepEqual(aliasHealth([]), { status: 'passing', output: 'No checks found.' });
  assert.deepEqual(aliasHealth([check('a', 'passing', '')]), { status: 'passing', output: 'All checks passing.' });
  assert.deepEqual(aliasHealth([check('w', 'warning', 'careful'), check('a', 'passing', '')]), {
    status: 'warning',
    output: 'Aliased check "w" failing: careful',
  });
  assert.deepEqual(
    aliasHealth([check('w', 'warning', ''), check('db up', 'critical', 'down'), check('z', 'critical', '')]),
    {
      status: 'critical',
      output: 'Aliased check "db up" failing: down',
    },
  );
});

test('a local alias follows its service at once and the checks of the node within a minute', async () => {
  const { local, clock } = await openLocal();
  const alias = checkType({ Name: 'alias', AliasService: 'db' });
  await local.registrar.registerService(registration({ Service: 'front' }));
  await local.registrar.registerCheck({ check: alias, serviceId: 'front', token: '' });
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['critical', 'Service db could not be found on node ']);
  await local.registrar.registerService(registration({ Service: 'db' }));
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['passing', 'No checks found.']);
  await local.registrar.registerService(registration({ Service: 'db' }, [{ Name: 'db up', TTL: 600 * SECOND_NS }]));
  local.ttl.update('service:db', 'critical', 'down');
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['critical', 'Aliased check "db up" failing: down']);
  local.ttl.update('service:db', 'passing', '');
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['passing', 'All checks passing.']);
  await local.maintenance.enterNode('upgrade', '');
  await settle();
  assert.equal(statusOf(local, 'alias')[0], 'passing');
  await clock.advance(60_000);
  assert.deepEqual(statusOf(local, 'alias'), ['critical', 'Aliased check "Node Maintenance Mode" failing: ']);
  await local.maintenance.leaveNode();
  await clock.advance(60_000);
  assert.deepEqual(statusOf(local, 'alias'), ['passing', 'All checks passing.']);
  await local.registrar.deregisterService('db');
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['critical', 'Service db could not be found on node ']);
  await local.stop();
});

test('an alias does not count itself, neither here nor in the catalog', async () => {
  const { local } = await openLocal();
  local.start();
  await local.registrar.registerService(registration({ Service: 'web' }));
  const alias = (Name: string, AliasNode: string) => checkType({ Name, AliasNode, AliasService: 'web' });
  await local.registrar.registerCheck({ check: alias('here', ''), serviceId: 'web', token: '' });
  await settle();
  assert.deepEqual(statusOf(local, 'here'), ['passing', 'No checks found.']);
  await local.registrar.deregisterCheck('here');
  await local.registrar.registerCheck({ check: alias('by name', 'node1'), serviceId: 'web', token: '' });
  await settle();
  assert.deepEqual(statusOf(local, 'by name'), ['passing', 'No checks found.']);
  await local.stop();
});

test('an alias of another node is critical from the second error on, and well again with the first answer', async () => {
  const clock = new FakeClock();
  const state = new LocalState({
    clock,
    random: () => 0,
    checkUpdateIntervalMs: 0,
    discardCheckOutput: false,
    withDefaults: ({ definition }) => definition,
  });
  const check = { ...NO_CHECK, CheckID: 'alias', Status: 'passing' };
  state.putCheck({ check, definition: null, token: 'own', fromConfigFile: false });
  let reads = 0;
  let isUp = false;
  const nodeChecks: NodeChecks = {
    read: (_node, { token }, afterIndex, _waitMs, signal) => {
      assert.equal(token, 'own', 'it is asked with the token of the check');
      reads += 1;
      if (!isUp) return Promise.resolve(refusal('no-servers'));
      if (afterIndex === 0) return Promise.resolve({ index: 5, checks: [], serviceIds: null });
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve(refusal('stopping')));
      });
    },
  };
  const aliases = new AliasChecks({ state, clock, nodeChecks });
  aliases.start('alias', { node: 'far', serviceId: '' });
  const shown = (): unknown[] => [state.check('alias')?.check.Status, state.check('alias')?.check.Output];
  await settle();
  assert.deepEqual(shown(), ['passing', '']);
  await clock.advance(1000);
  assert.deepEqual(shown(), ['critical', 'Failure checking aliased node or service: No known Consul servers']);
  await clock.advance(1000);
  assert.equal(reads, 3);
  // From the fourth error on each wait is twice the one before: 1 s after the third, then 2, 4, 8 …
  await clock.advance(1000);
  assert.equal(reads, 4);
  await clock.advance(1999);
  assert.equal(reads, 4);
  await clock.advance(1);
  assert.equal(reads, 5);
  await clock.advance(3_600_000);
  const many = reads;
  isUp = true;
  await clock.advance(60_000);
  assert.equal(reads, many + 2, 'a minute is the longest wait');
  assert.deepEqual(shown(), ['passing', 'No checks found.']);
  aliases.stop('alias');
  await settle();
  assert.equal(clock.waiting, 0);
});

test('an alias of another node watches the catalog', async () => {
  const { local, leader } = await openLocal();
  const node = (Check: typeof NO_CHECK | null, Service: string) => ({
    type: 0 as const,
    body: {
      Datacenter: 'dc1',
      Token: '',
      ID: '',
      Node: 'far',
      Address: '10.0.0.9',
      TaggedAddresses: null,
      NodeMeta: null,
      Service: Service === '' ? null : registration({ ID: Service, Service }).service,
      Check,
      Checks: null,
      SkipNodeUpdate: false,
      PeerName: '',
      Locality: null,
      CreateIndex: 0,
      ModifyIndex: 0,
    },
  });
  for (const [name, service] of [
    ['on-node', ''],
    ['of-service', 'db'],
  ]) {
    const check = checkType({ Name: name ?? '', AliasNode: 'far', AliasService: service ?? '' });
    await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  }
  await settle();
  assert.deepEqual(statusOf(local, 'of-service'), ['passing', 'No checks found.']);
  leader.applyNow(node(null, 'web'));
  leader.applyNow(node({ ...NO_CHECK, Node: 'far', CheckID: 'c', Name: 'disk', Status: 'warning', Output: 'low' }, ''));
  await settle();
  assert.deepEqual(statusOf(local, 'on-node'), ['warning', 'Aliased check "disk" failing: low']);
  assert.deepEqual(statusOf(local, 'of-service'), ['critical', 'Service db could not be found on node far']);
  leader.applyNow(node({ ...NO_CHECK, Node: 'far', CheckID: 'c', Name: 'disk', Status: 'passing' }, 'db'));
  await settle();
  assert.deepEqual(statusOf(local, 'of-service'), ['passing', 'All checks passing.']);
  const ofWeb = { Node: 'far', CheckID: 'w', Name: 'web up', Status: 'critical', ServiceID: 'web', ServiceName: 'web' };
  leader.applyNow(node({ ...NO_CHECK, ...ofWeb }, ''));
  await settle();
  assert.deepEqual(statusOf(local, 'on-node'), ['passing', 'All checks passing.'], 'the node itself is well');
  assert.deepEqual(statusOf(local, 'of-service'), ['passing', 'All checks passing.'], 'so is the other service');
  await local.stop();
});

test('an answer with nothing new that comes before its time is not asked for again at once', async () => {
  const clock = new FakeClock();
  const state = new LocalState({
    clock,
    random: () => 0,
    checkUpdateIntervalMs: 0,
    discardCheckOutput: false,
    withDefaults: ({ definition }) => definition,
  });
  let reads = 0;
  const nodeChecks: NodeChecks = {
    read: () => {
      reads += 1;
      // A hundred is as good as for ever: the thread would do nothing else.
      return reads > 100 ? new Promise(() => {}) : Promise.resolve({ index: 5, checks: [], serviceIds: null });
    },
  };
  const aliases = new AliasChecks({ state, clock, nodeChecks });
  aliases.start('alias', { node: 'far', serviceId: '' });
  await settle();
  assert.equal(reads, 2);
  await clock.advance(1000);
  assert.equal(reads, 3);
  aliases.stop('alias');
});

test('an alias of another node that is stopped leaves no watch behind', async () => {
  const { local, leader } = await openLocal();
  const check = checkType({ Name: 'far', AliasNode: 'far' });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  await settle();
  assert.equal(leader.store.watches.waiting, 1);
  await local.registrar.deregisterCheck('far');
  await settle();
  assert.equal(leader.store.watches.waiting, 0);
  await local.stop();
});
