import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Command } from '../../../../../../src/wire/commands.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import type { WatchTarget } from '../../../../../../src/workers/state/replica/store/read-api.js';
import {
  check,
  createSession,
  deregister,
  destroySession,
  kv,
  kvSet,
  proxy,
  register,
  service,
  TestStore,
} from './commands.js';
import { readAll, writeAll } from './stream.js';

/** Whether a reader waiting for these targets is woken by the command. */
function wakes(store: TestStore, targets: readonly WatchTarget[], command: Command): boolean {
  let woken = 0;
  const cancel = store.watches.watch(targets, () => {
    woken += 1;
  });
  store.runAll(command);
  cancel();
  assert.ok(woken <= 1, 'a watch fires once');
  return woken === 1;
}

function expectWakes(store: TestStore, targets: readonly WatchTarget[], command: Command): void {
  assert.equal(wakes(store, targets, command), true);
}
function expectSleeps(store: TestStore, targets: readonly WatchTarget[], command: Command): void {
  assert.equal(wakes(store, targets, command), false);
}

const web = service({ ID: 'web-1', Service: 'web' });

test('a key wakes for itself alone', () => {
  const store = new TestStore();
  const targets = (): readonly WatchTarget[] => store.targets.kvKey('a/b', true);
  expectWakes(store, targets(), kvSet('a/b', '1'));
  expectSleeps(store, targets(), kvSet('a/b', '1'));
  expectWakes(store, targets(), kvSet('a/b', '2'));
  expectSleeps(store, targets(), kvSet('a/c'));
  expectSleeps(store, targets(), kvSet('a'));
  expectWakes(store, targets(), kv('delete', { Key: 'a/b' }));
  expectSleeps(store, targets(), kv('delete', { Key: 'a/b' }));
});

test('a prefix wakes for every key under it', () => {
  const store = new TestStore();
  store.runAll(kvSet('a/1'), kvSet('a/2'));
  const targets = (): readonly WatchTarget[] => store.targets.kvPrefix('a/');
  expectWakes(store, targets(), kvSet('a/3'));
  expectSleeps(store, targets(), kvSet('b/3'));
  expectSleeps(store, targets(), kvSet('a'));
  expectWakes(store, targets(), kvSet('a/'));
  expectWakes(store, targets(), kv('delete-tree', { Key: 'a/2' }));
  expectWakes(store, targets(), kv('delete-tree', { Key: '' }));
  assert.equal(store.kv.list('a/').value.length, 0);
  // A tombstone still gives the prefix an index of its own.
  expectSleeps(store, targets(), kvSet('b/4'));
  expectWakes(store, store.targets.kvPrefix(''), kvSet('anything'));
});

test('a prefix without any trace shows the index of the table, so it wakes for any write', () => {
  const store = new TestStore();
  store.runAll(kvSet('x'));
  const before = store.kv.list('none/').index;
  expectWakes(store, store.targets.kvPrefix('none/'), kvSet('y'));
  assert.ok(store.kv.list('none/').index > before);
});

test('a service wakes for its instances, their checks and their nodes', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }), register({ Service: service({ ID: 'db' }) }), register({ Node: 'n2' }));
  const targets = (): readonly WatchTarget[] => store.targets.serviceHealth('web', true);
  expectSleeps(store, targets(), register({ Service: service({ ID: 'db', Port: 9 }) }));
  expectSleeps(store, targets(), register({ Node: 'n2', Address: '10.0.0.77' }));
  expectSleeps(store, targets(), register({ Check: check({ CheckID: 'd', ServiceID: 'db' }) }));
  expectWakes(store, targets(), register({ Service: { ...web, Port: 81 } }));
  expectWakes(store, targets(), register({ Check: check({ CheckID: 'w', ServiceID: 'web-1' }) }));
  expectWakes(store, targets(), register({ Check: check({ CheckID: 'node' }) }));
  expectWakes(store, targets(), register({ Address: '10.0.0.5' }));
  expectWakes(store, targets(), register({ Node: 'n2', Service: web }));
  expectWakes(store, targets(), deregister({ Node: 'n2' }));
  expectWakes(store, targets(), deregister({ ServiceID: 'web-1' }));
});

test('an absent service wakes when it appears and when another one vanishes, whatever the case of its name', () => {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'db' }) }));
  const targets = (): readonly WatchTarget[] => store.targets.serviceInstances('Web', false);
  expectWakes(store, targets(), register({ Node: 'n9' }));
  expectWakes(store, targets(), deregister({ ServiceID: 'db' }));
  // From the first extinction on the tables themselves don't matter any more.
  expectSleeps(store, targets(), register({ Node: 'n10' }));
  expectSleeps(store, targets(), register({ Service: service({ ID: 'db' }) }));
  expectWakes(store, targets(), register({ Service: web }));
});

test('readers of a service learn that an instance took another name', () => {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'x', Service: 'old' }) }));
  const index = store.catalog.serviceInstances('old').index;
  expectWakes(
    store,
    store.targets.serviceInstances('old', true),
    register({ Service: service({ ID: 'x', Service: 'new' }) }),
  );
  assert.deepEqual(store.catalog.serviceInstances('old').value, []);
  assert.ok(store.catalog.serviceInstances('old').index > index);
});

test('nodes, services of a node, names, checks, sessions', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }), register({ Node: 'n2' }));
  expectWakes(store, store.targets.nodes(), register({ Node: 'n2', Address: '1.1.1.1' }));
  expectSleeps(store, store.targets.nodes(), kvSet('k'));
  expectWakes(store, store.targets.nodeServices('N1', true), register({ Service: { ...web, Port: 1 } }));
  expectSleeps(store, store.targets.nodeServices('n1', true), register({ Node: 'n2', Service: web }));
  expectWakes(store, store.targets.nodeServices('n3', false), register({ Node: 'n3' }));
  expectWakes(store, store.targets.nodeServices('n4', false), deregister({ Node: 'n3' }));
  expectWakes(store, store.targets.serviceNames(false), register({ Service: service({ ID: 'new' }) }));
  expectSleeps(store, store.targets.serviceNames(false), register({ Node: 'n5' }));
  expectWakes(store, store.targets.serviceNames(true), register({ Node: 'n6' }));
  expectWakes(store, store.targets.checks(), register({ Check: check({ CheckID: 'x' }) }));
  expectSleeps(store, store.targets.checks(), register({ Service: service({ ID: 'other' }) }));
  expectWakes(store, store.targets.sessions(), createSession({ ID: 's' }));
  expectWakes(store, store.targets.sessions(), destroySession('s'));
});

test('connect instances wake for the proxies in the result and for new ones', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }));
  expectWakes(store, store.targets.connectInstances([]), register({ Service: proxy('web') }));
  const names = store.catalog.connectInstances('web').value.map((instance) => instance.service.Service);
  assert.deepEqual(names, ['web-sidecar-proxy']);
  expectWakes(
    store,
    store.targets.connectInstances(names),
    register({ Check: check({ CheckID: 'p', ServiceID: 'web-proxy' }) }),
  );
  expectWakes(store, store.targets.connectInstances(names), register({ Node: 'n2', Service: proxy('web') }));
});

test('a failed command and one that answers false wake nobody', () => {
  const store = new TestStore();
  store.runAll(register({}), kvSet('k'));
  let woken = 0;
  store.watches.watch([...store.targets.nodes(), ...store.targets.kvKey('k', true)], () => {
    woken += 1;
  });
  store.run(register({ Address: '9.9.9.9', Check: check({ ServiceID: 'nobody' }) }));
  store.run(kv('cas', { Key: 'k', ModifyIndex: 999 }));
  assert.equal(woken, 0);
  assert.equal(store.watches.waiting, 1);
});

test('readers are woken after the batch, not within it', () => {
  const store = new StateStore();
  let seen = 0;
  store.watches.watch(store.targets.kvPrefix('a/'), () => {
    seen = store.kv.list('a/').value.length;
  });
  store.apply(1, kvSet('a/1'));
  store.apply(2, kvSet('a/2'));
  assert.equal(seen, 0);
  store.flush();
  assert.equal(seen, 2);
});

test('many readers are woken in slices, each exactly once', () => {
  const turns: (() => void)[] = [];
  const store = new TestStore({ schedule: (run) => turns.push(run) });
  const woken = new Array<number>(1300).fill(0);
  for (let reader = 0; reader < woken.length; reader += 1) {
    store.watches.watch([...store.targets.nodes(), ...store.targets.kvKey('k', true)], () => {
      woken[reader] = (woken[reader] ?? 0) + 1;
    });
  }
  store.runAll(register({}), kvSet('k'));
  const count = (): number => woken.filter((times) => times === 1).length;
  assert.equal(count(), 500);
  turns.shift()?.();
  assert.equal(count(), 1000);
  turns.shift()?.();
  assert.equal(count(), 1300);
  while (turns.length > 0) turns.shift()?.();
  assert.ok(woken.every((times) => times === 1));
  assert.equal(store.watches.waiting, 0);
});

test('a reader that gave up between the change and its wake is left alone', () => {
  const turns: (() => void)[] = [];
  const store = new TestStore({ schedule: (run) => turns.push(run) });
  let late = 0;
  for (let i = 0; i < 500; i += 1) store.watches.watch(store.targets.nodes(), () => {});
  const cancel = store.watches.watch(store.targets.nodes(), () => {
    late += 1;
  });
  store.runAll(register({}));
  cancel();
  cancel();
  while (turns.length > 0) turns.shift()?.();
  assert.equal(late, 0);
  assert.equal(store.watches.waiting, 0);
});

test('a wake may wait again at once without being woken by the same change', () => {
  const store = new TestStore();
  let woken = 0;
  const wait = (): void => {
    store.watches.watch(store.targets.nodes(), () => {
      woken += 1;
      if (woken < 10) wait();
    });
  };
  wait();
  store.runAll(register({}));
  assert.equal(woken, 1);
  store.runAll(register({ Node: 'n2' }));
  assert.equal(woken, 2);
});

test('a restore wakes everybody and raises the generation', () => {
  const store = new TestStore();
  store.runAll(register({ Service: web }), kvSet('k'));
  const stream = writeAll(store);
  let woken = 0;
  for (const targets of [store.targets.nodes(), store.targets.kvKey('q', false), store.targets.kvPrefix('z')]) {
    store.watches.watch(targets, () => {
      woken += 1;
    });
  }
  const generation = store.generation;
  readAll(store, stream);
  assert.equal(woken, 3);
  assert.equal(store.generation, generation + 1);
  assert.equal(store.watches.waiting, 0);
});

test('watches leave nothing behind', () => {
  const store = new TestStore();
  for (let i = 0; i < 100; i += 1) {
    const cancel = store.watches.watch([...store.targets.kvPrefix(`p${i}/`), ...store.targets.nodes()], () => {});
    cancel();
  }
  assert.equal(store.watches.waiting, 0);
  assert.equal(store.watches.watchedTargets, 0);
});
