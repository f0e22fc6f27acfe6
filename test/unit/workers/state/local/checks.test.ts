import assert from 'node:assert/strict';
import test from 'node:test';
import { settle } from './fake-clock.js';
import { localConfig, openLocal } from './local-fixture.js';
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

test('a TTL check that was removed and registered again has its whole time, and no output of the former one', async () => {
  const { local, clock } = await openLocal();
  const check = checkType({ Name: 'beat', TTL: 10 * SECOND_NS, Status: 'passing' });
  const beat = { check, serviceId: '', token: '' };
  await local.registrar.registerCheck(beat);
  local.ttl.update('beat', 'passing', 'former');
  await clock.advance(6_000);
  await local.registrar.deregisterCheck('beat');
  await local.registrar.registerCheck(beat);
  await clock.advance(9_999);
  assert.deepEqual(statusOf(local, 'beat'), ['passing', '']);
  await clock.advance(1);
  assert.deepEqual(statusOf(local, 'beat'), ['critical', 'TTL expired']);
  await local.stop();
});

test('a TTL check that is registered again has its whole time, and keeps what it last said', async () => {
  const { local, clock } = await openLocal();
  const beat = { check: checkType({ Name: 'beat', TTL: 10 * SECOND_NS }), serviceId: '', token: '' };
  await local.registrar.registerCheck(beat);
  local.ttl.update('beat', 'passing', 'said');
  await clock.advance(6_000);
  await local.registrar.registerCheck(beat);
  await clock.advance(9_999);
  assert.deepEqual(statusOf(local, 'beat'), ['passing', 'said']);
  await clock.advance(1);
  assert.deepEqual(statusOf(local, 'beat'), ['critical', 'TTL expired (last output before timeout follows): said']);
  await local.stop();
});

test('with discard_check_output no output is kept, from a reload on too', async () => {
  const { local } = await openLocal({ config: { discardCheckOutput: true } });
  const check = checkType({ Name: 'beat', TTL: SECOND_NS });
  await local.registrar.registerCheck({ check, serviceId: '', token: '' });
  local.ttl.update('beat', 'passing', 'said');
  assert.deepEqual(statusOf(local, 'beat'), ['passing', '']);
  await local.reload(localConfig({ discardCheckOutput: false }));
  local.ttl.update('beat', 'passing', 'said');
  assert.deepEqual(statusOf(local, 'beat'), ['passing', 'said']);
  await local.reload(localConfig({ discardCheckOutput: true }));
  local.ttl.update('beat', 'passing', 'said');
  assert.deepEqual(statusOf(local, 'beat'), ['passing', '']);
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
  local.ttl.update('beat', 'passing', '\u00e9\u00e9\u00e9');
  assert.equal(local.state.check('beat')?.check.Output, '\u00e9\u00e9\ufffd ... (captured 5 of 6 bytes)');
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

test('the time until a service goes begins with the first critical result, also when it is registered anew', async () => {
  const { local, clock } = await openLocal();
  const doomed = (Notes: string) =>
    registration({ Service: 'doomed' }, [
      { TTL: 3600 * SECOND_NS, DeregisterCriticalServiceAfter: 60 * SECOND_NS, Notes },
    ]);
  await local.registrar.registerService(doomed('before'));
  local.start();
  // The rounds come every half minute from here on.
  local.ttl.update('service:doomed', 'critical', '');
  await clock.advance(40_000);
  local.ttl.update('service:doomed', 'critical', 'still');
  await local.registrar.registerService(doomed('after'));
  await clock.advance(20_000);
  assert.ok(local.state.service('doomed'), 'not before it is longer than the time given');
  await clock.advance(30_000);
  assert.equal(local.state.service('doomed'), undefined);
  await local.stop();
});

test('a service stays when its definition no longer asks to be removed', async () => {
  const { local, clock } = await openLocal();
  const ttl = { TTL: 3600 * SECOND_NS };
  const removing = { ...ttl, DeregisterCriticalServiceAfter: 60 * SECOND_NS };
  await local.registrar.registerService(registration({ Service: 'web' }, [removing]));
  local.start();
  local.ttl.update('service:web', 'critical', '');
  await local.registrar.registerService(registration({ Service: 'web' }, [ttl]));
  await clock.advance(200_000);
  assert.ok(local.state.service('web'));
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
