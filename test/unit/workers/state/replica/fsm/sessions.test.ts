import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_CHECK_DEFINITION } from '../../../../../../src/workers/state/records/zero-values.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import {
  check,
  createSession,
  deregister,
  destroySession,
  kv,
  register,
  service,
  TestStore,
} from '../store/commands.js';

const SECOND = 1e9;
const web = service({ ID: 'web' });

function critical(overrides: Parameters<typeof check>[0]) {
  return register({ Check: check({ ...overrides, Status: 'critical' }) });
}

test('creation is refused with the reason', () => {
  const store = new TestStore();
  const refused = (overrides: Parameters<typeof createSession>[0]): string => {
    const result = store.run(createSession(overrides));
    return result.kind === 'error' ? result.text : result.kind;
  };
  assert.equal(refused({ Node: 'nobody' }), 'Missing node registration');
  store.runAll(register({}));
  assert.equal(refused({ ID: '' }), 'Missing session ID');
  assert.equal(refused({ Behavior: 'keep' }), 'Invalid session behavior: keep');
  assert.equal(refused({ NodeChecks: ['c'] }), "Missing check 'c' registration");
  assert.equal(refused({ ServiceChecks: [{ ID: 'c', Namespace: '' }] }), "Missing check 'c' registration");
  store.runAll(critical({ CheckID: 'c' }));
  assert.equal(refused({ Checks: ['c'] }), "Check 'c' is in critical state");
  assert.equal(store.index('sessions'), 0);
  store.runAll(register({ Check: check({ CheckID: 'c' }) }), createSession({ Checks: ['c'], Behavior: '' }));
  assert.equal(store.sessions.session('S1').value?.Behavior, 'release');
});

test('destroying a session releases its keys, or deletes them', () => {
  const store = new TestStore();
  store.runAll(register({}), createSession({ ID: 'r' }), createSession({ ID: 'd', Behavior: 'delete' }));
  store.runAll(kv('lock', { Key: 'kr', Session: 'r' }), kv('lock', { Key: 'kd', Session: 'd' }));
  store.runAll(destroySession('r'), destroySession('d'));
  const released = store.kv.get('kr').value;
  assert.equal(released?.Session, '');
  assert.equal(released.LockIndex, 1);
  assert.equal(released.ModifyIndex, 6);
  assert.equal(store.kv.get('kd').value, null);
  assert.equal(store.index('tombstones'), 7);
  assert.deepEqual(store.sessions.list().value, []);
  assert.deepEqual(store.run(kv('lock', { Key: 'kr', Session: 'r' })), {
    kind: 'error',
    text: 'invalid session "r"',
  });
});

test('whatever ends a check or its node ends the sessions bound to it, in the same transaction', () => {
  const causes = [
    critical({ CheckID: 'c', ServiceID: 'web' }),
    deregister({ CheckID: 'c' }),
    deregister({ ServiceID: 'web' }),
    deregister({}),
  ];
  for (const cause of causes) {
    const store = new TestStore();
    store.runAll(
      register({ Service: web, Check: check({ CheckID: 'c', ServiceID: 'web' }) }),
      register({ Node: 'n2' }),
    );
    store.runAll(createSession({ ID: 'bound', ServiceChecks: [{ ID: 'c', Namespace: '' }] }));
    store.runAll(createSession({ ID: 'other', Node: 'n2' }), kv('lock', { Key: 'k', Session: 'bound' }));
    store.runAll(cause);
    assert.equal(store.sessions.session('bound').value, null);
    assert.ok(store.sessions.session('other').value);
    assert.equal(store.kv.get('k').value?.Session, '');
    assert.equal(store.kv.get('k').value?.ModifyIndex, store.appliedIndex);
    assert.deepEqual(store.sessions.ofNode('n1').value, []);
  }
});

test('a check that only warns ends nothing; an unchanged critical one does', () => {
  const store = new TestStore();
  store.runAll(register({ Check: check({ CheckID: 'c' }) }), createSession({ ID: 's', NodeChecks: ['c'] }));
  store.runAll(register({ Check: check({ CheckID: 'c', Status: 'warning' }) }));
  assert.ok(store.sessions.session('s').value);
  const ofSession = { CheckID: 'own', Type: 'session', Definition: { ...NO_CHECK_DEFINITION, SessionName: 'lead' } };
  store.runAll(critical(ofSession), createSession({ ID: 't', Name: 'other', Checks: ['own'] }));
  assert.ok(store.sessions.session('t').value, 'a session check may be critical at first');
  const before = store.index('checks');
  store.runAll(critical(ofSession));
  assert.equal(store.index('checks'), before);
  assert.equal(store.sessions.session('t').value, null);
});

test('a check of type session follows the session it names', () => {
  const store = new TestStore();
  const Definition = { ...NO_CHECK_DEFINITION, SessionName: 'lead' };
  store.runAll(critical({ CheckID: 'own', Type: 'session', Definition }));
  store.runAll(createSession({ ID: 'x', Name: 'lead' }));
  assert.equal(store.catalog.check('n1', 'own')?.Status, 'passing');
  assert.equal(store.catalog.check('n1', 'own')?.Output, "Session 'x' in force");
  assert.equal(store.index('checks'), 2);
  store.runAll(destroySession('x'));
  assert.equal(store.catalog.check('n1', 'own')?.Status, 'critical');
  assert.equal(store.catalog.check('n1', 'own')?.Output, "Session 'x' is invalid");
});

test('a failed command ends no session and starts no lock delay', () => {
  let now = 1000;
  const store = new TestStore({ now: () => now });
  store.runAll(register({ Check: check({ CheckID: 'c' }) }));
  store.runAll(createSession({ ID: 's', NodeChecks: ['c'], LockDelay: 15 * SECOND }));
  store.runAll(kv('lock', { Key: 'k', Session: 's' }));
  const bad = [check({ CheckID: 'c', Status: 'critical' }), check({ CheckID: 'd', ServiceID: 'nobody' })];
  assert.equal(store.run(register({ Checks: bad })).kind, 'error');
  assert.ok(store.sessions.session('s').value);
  assert.equal(store.kv.get('k').value?.Session, 's');
  assert.equal(store.kv.lockDelayed('k'), false);
  store.runAll(register({ Node: 'n2' }));
  assert.equal(store.kv.lockDelayed('k'), false, 'nor does the next command start it');
  store.runAll(deregister({ CheckID: 'c' }));
  assert.equal(store.kv.lockDelayed('k'), true);
  now += 15_000;
  assert.equal(store.kv.lockDelayed('k'), false);
});

test('a lock delay lasts a minute at most, and none is noted for a lock given up', () => {
  let now = 0;
  const store = new TestStore({ now: () => now });
  store.runAll(register({}), createSession({ ID: 's', LockDelay: 3600 * SECOND }));
  store.runAll(kv('lock', { Key: 'a', Session: 's' }), kv('lock', { Key: 'b', Session: 's' }));
  store.runAll(kv('unlock', { Key: 'b', Session: 's' }), destroySession('s'));
  assert.equal(store.kv.lockDelayed('b'), false);
  now = 59_999;
  assert.equal(store.kv.lockDelayed('a'), true);
  now = 60_000;
  assert.equal(store.kv.lockDelayed('a'), false);
  store.runAll(createSession({ ID: 'z' }), kv('lock', { Key: 'a', Session: 'z' }), destroySession('z'));
  assert.equal(store.kv.lockDelayed('a'), false, 'delay 0 is none');
});

test('a lock delay does not follow the machine clock when it is set', (context) => {
  context.mock.timers.enable({ apis: ['Date'], now: 1_700_000_000_000 });
  const store = new StateStore();
  const commands = [
    register({}),
    createSession({ ID: 's', LockDelay: 30 * SECOND }),
    kv('lock', { Key: 'k', Session: 's' }),
    destroySession('s'),
  ];
  for (const [at, command] of commands.entries()) store.apply(at + 1, command);
  assert.equal(store.kv.lockDelayed('k'), true);
  context.mock.timers.setTime(1_700_086_400_000);
  assert.equal(store.kv.lockDelayed('k'), true);
});

test('expired lock delays do not pile up', () => {
  let now = 0;
  const store = new TestStore({ now: () => now });
  store.runAll(register({}));
  for (let i = 0; i < 5000; i += 1) {
    store.runAll(createSession({ ID: 's', LockDelay: 1 }), kv('lock', { Key: `k${i}`, Session: 's' }));
    store.runAll(destroySession('s'));
    now += 10;
  }
  assert.ok(store.tables.lockDelays.size <= 1024);
});
