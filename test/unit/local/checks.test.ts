import assert from 'node:assert/strict';
import test from 'node:test';
import { aliasHealth } from '../../../src/workers/state/local/alias-checks.js';
import { NO_CHECK } from '../../../src/workers/state/records/zero-values.js';
import { settle } from './fake-clock.js';
import { openLocal } from './local-fixture.js';
import { checkType, registration, SECOND_NS } from './registrations.js';

const statusOf = (local: Awaited<ReturnType<typeof openLocal>>['local'], id: string): unknown[] => {
  const check = local.state.check(id)?.check;
  return [check?.Status, check?.Output];
};

test('a silent TTL check turns critical once; its timer restarts at updates only', async () => {
  const { local, clock, takeLog } = await openLocal();
  const check = checkType({ Name: 'beat', TTL: 10 * SECOND_NS, Status: 'passing' });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  await clock.advance(9_999);
  assert.deepEqual(statusOf(local, 'beat'), ['passing', '']);
  await clock.advance(1);
  assert.deepEqual(statusOf(local, 'beat'), ['critical', 'TTL expired']);
  assert.ok(takeLog().includes('[WARN]  agent: Check missed TTL, is now critical: check=beat'));
  await clock.advance(100_000);
  assert.equal(takeLog().filter((line) => line.includes('missed TTL')).length, 0);
  local.ttl.update('beat', 'passing', 'fine');
  await clock.advance(6_000);
  local.ttl.update('beat', 'warning', 'hm');
  await clock.advance(6_000);
  assert.deepEqual(statusOf(local, 'beat'), ['warning', 'hm']);
  await clock.advance(4_000);
  assert.deepEqual(statusOf(local, 'beat'), ['critical', 'TTL expired (last output before timeout follows): hm']);
  await local.stop();
});

test('a long TTL output keeps its first bytes', async () => {
  const { local } = await openLocal({ config: { checkOutputMaxSize: 8 } });
  const check = checkType({ Name: 'beat', TTL: SECOND_NS, OutputMaxSize: 5 });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  local.ttl.update('beat', 'passing', 'abcdefgh');
  assert.equal(local.state.check('beat')?.check.Output, 'abcde ... (captured 5 of 8 bytes)');
  local.ttl.update('beat', 'passing', 'abcde');
  assert.equal(local.state.check('beat')?.check.Output, 'abcde');
  await local.stop();
});

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
  await local.registrar.deregisterService('db');
  await settle();
  assert.deepEqual(statusOf(local, 'alias'), ['critical', 'Service db could not be found on node ']);
  await local.stop();
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
  await local.stop();
});

test('a service goes when one of its checks was critical for too long, by updates', async () => {
  const { local, clock, takeLog } = await openLocal();
  const doomed = { TTL: 3600 * SECOND_NS, DeregisterCriticalServiceAfter: SECOND_NS };
  for (const Service of ['doomed', 'spared', 'untouched']) {
    await local.registrar.registerService(registration({ Service }, [doomed]));
  }
  await local.registrar.registerCheck({ check: checkType({ Name: 'node', ...doomed }), serviceId: '', token: '' });
  const raised = takeLog().filter((line) => line.includes('deregister interval below minimum'));
  assert.deepEqual(
    raised,
    ['service:doomed', 'service:spared', 'service:untouched', 'node'].map(
      (id) => `[WARN]  agent: check has deregister interval below minimum: check=${id} minimum_interval=1m0s`,
    ),
  );
  local.start();
  await clock.advance(5_000);
  for (const id of ['service:doomed', 'service:spared', 'node']) local.ttl.update(id, 'critical', '');
  await clock.advance(30_000);
  local.ttl.update('service:spared', 'passing', '');
  local.ttl.update('service:spared', 'critical', '');
  // The machine's clock is set; nothing was critical for longer by that.
  clock.setBy(3_600_000);
  await clock.advance(29_999);
  assert.ok(local.state.service('doomed'));
  await clock.advance(25_001);
  assert.deepEqual(
    [...local.state.services()].map(({ id }) => id),
    ['spared', 'untouched'],
  );
  assert.deepEqual([...local.state.checks()].map(({ id }) => id).sort(), [
    'node',
    'service:spared',
    'service:untouched',
  ]);
  const line =
    "[INFO]  agent: deregistered service with critical health due to exceeding health check's 'deregister_critical_service_after' timeout: service=doomed check=service:doomed timeout=1m0s";
  assert.ok(takeLog().includes(line));
  await local.stop();
});

test('the first result of a check that may remove its service is always told', async () => {
  const { local, runner } = await openLocal();
  const tcp = { TCP: 'a:1', Interval: SECOND_NS };
  const reaping = { ...tcp, DeregisterCriticalServiceAfter: 60 * SECOND_NS };
  await local.registrar.registerService(registration({ Service: 'web' }, [tcp, reaping]));
  await settle();
  assert.equal(runner.of('service:web:1')?.output, '');
  assert.notEqual(runner.of('service:web:2')?.output, '');
  await local.stop();
});
