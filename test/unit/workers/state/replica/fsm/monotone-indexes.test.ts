// What a blocking client relies on, over random histories: the index of an answer never goes back, and whoever waits for an
// answer is woken when it changes and finds a higher index. Names come in several spellings, services and checks move.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Command } from '../../../../../../src/wire/commands.js';
import { StateStore } from '../../../../../../src/workers/state/replica/state-store.js';
import type { ReadResult, WatchTarget } from '../../../../../../src/workers/state/replica/store/read-api.js';
import { check, deregister, node, register, service, TestStore, txn } from '../store/commands.js';
import { readAll, writeAll } from '../store/stream.js';

const NAMES = ['web', 'WEB', 'Web', 'db'] as const;
const NODES = ['n1', 'N1', 'n2'] as const;
const nodeName = fc.constantFrom(...NODES);
const serviceId = fc.constantFrom('s1', 's2', 'S2');
const checkId = fc.constantFrom('c1', 'C1', 'c2');
const ownerId = fc.constantFrom('', 's1', 's2');
const status = fc.constantFrom('passing', 'critical');

const written = fc.record({
  Node: nodeName,
  Address: fc.constantFrom('10.0.0.1', '10.0.0.2'),
  id: serviceId,
  name: fc.constantFrom(...NAMES),
  port: fc.nat({ max: 2 }),
});

/** Some fail, for want of a node or a service: they must change nothing. */
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 4,
    arbitrary: written.map(({ Node, Address, id, name, port }) =>
      register({ Node, Address, Service: service({ ID: id, Service: name, Port: port }) }),
    ),
  },
  {
    weight: 3,
    arbitrary: fc
      .record({ Node: nodeName, CheckID: checkId, ServiceID: ownerId, Status: status })
      .map((row) => register({ Node: row.Node, SkipNodeUpdate: true, Check: check(row) })),
  },
  fc.record({ Node: nodeName, ServiceID: serviceId }).map(deregister),
  fc.record({ Node: nodeName, CheckID: checkId }).map(deregister),
  nodeName.map((Node) => deregister({ Node })),
  fc
    .record({ written, fails: fc.boolean() })
    .map(({ written: { Node, id, name, port }, fails }) =>
      txn(
        { Service: { Verb: 'set', Node, Service: service({ ID: id, Service: name, Port: port }) } },
        ...(fails ? [{ Node: { Verb: 'get', Node: node({ Node: 'nobody' }) } } as const] : []),
      ),
    ),
);

interface Question {
  readonly name: string;
  readonly ask: () => ReadResult<unknown>;
  readonly watch: (value: unknown) => readonly WatchTarget[];
}

function isFound(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== null;
}

function questions({ catalog, targets }: StateStore): Question[] {
  const ofServices = ['web', 'Web', 'db', 'nobody'].flatMap((name): Question[] => [
    {
      name: `instances of ${name}`,
      ask: () => catalog.serviceInstances(name),
      watch: (value) => targets.serviceInstances(name, isFound(value)),
    },
    {
      name: `health of ${name}`,
      ask: () => catalog.serviceHealth(name),
      watch: (value) => targets.serviceHealth(name, isFound(value)),
    },
    { name: `checks of ${name}`, ask: () => catalog.serviceChecks(name), watch: () => targets.checks() },
  ]);
  const ofNodes = ['n1', 'N2'].flatMap((name): Question[] => [
    {
      name: `services of ${name}`,
      ask: () => catalog.nodeServices(name),
      watch: (value) => targets.nodeServices(name, isFound(value)),
    },
    { name: `checks of ${name}`, ask: () => catalog.nodeChecks(name), watch: () => targets.checks() },
  ]);
  return [
    ...ofServices,
    ...ofNodes,
    { name: 'nodes', ask: () => catalog.nodes(null), watch: () => targets.nodes() },
    {
      name: 'names',
      ask: () => {
        const { index, value } = catalog.serviceNames(null);
        return { index, value: [...value] };
      },
      watch: () => targets.serviceNames(false),
    },
    { name: 'critical checks', ask: () => catalog.checksInState('critical'), watch: () => targets.checks() },
  ];
}

test('an index never goes back, and a changed answer wakes who waits for it with a higher one', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 40, size: 'max' }), (history) => {
      const store = new TestStore();
      const asked = questions(store);
      for (const one of history) {
        const woken = new Set<string>();
        const before = asked.map((question) => {
          const { index, value } = question.ask();
          const end = store.watches.watch(question.watch(value), () => woken.add(question.name));
          return { question, index, shown: JSON.stringify(value), end };
        });
        store.run(one);
        for (const { question, index, shown, end } of before) {
          const now = question.ask();
          assert.ok(now.index >= index, `${question.name}: ${index} became ${now.index}`);
          if (JSON.stringify(now.value) !== shown) {
            assert.ok(woken.has(question.name), `${question.name}: nobody was woken`);
            assert.ok(now.index > index, `${question.name}: changed at ${now.index}`);
          }
          end();
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('a restored snapshot answers with the same indexes', () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1, maxLength: 30, size: 'max' }), (history) => {
      const store = new TestStore();
      for (const one of history) store.run(one);
      const restored = new StateStore();
      readAll(restored, writeAll(store), 4096);
      const shown = (from: StateStore): unknown[] =>
        questions(from).map(({ name, ask }) => [name, ask().index, JSON.stringify(ask().value)]);
      assert.deepEqual(shown(restored), shown(store));
    }),
    { numRuns: 60 },
  );
});

function rowKeys(store: TestStore): string[] {
  const { rows, spellings } = store.tables.index.freeze();
  return [...rows.entries()].map(([key]) => spellings.get(key) ?? key);
}

test('names that differ only in case: each is listed, and there is one index row for all of them', () => {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'a', Service: 'web', Tags: ['x'] }) }));
  store.runAll(register({ Service: service({ ID: 'b', Service: 'WEB', Tags: ['y'] }) }));
  assert.deepEqual(
    [...store.catalog.serviceNames(null).value],
    [
      ['web', ['x']],
      ['WEB', ['y']],
    ],
  );
  assert.equal(store.catalog.serviceInstances('wEb').value.length, 2);
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1', 'peer.~:service.WEB']);
  store.runAll(deregister({ ServiceID: 'b' }));
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1', 'peer.~:service.WEB'], 'the spelling of what is raised');
  store.runAll(register({ Service: service({ ID: 'a', Service: 'web', Port: 9 }) }));
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1', 'peer.~:service.web']);
  store.runAll(deregister({ ServiceID: 'a' }));
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1']);
});

test('a transaction that fails leaves index and spelling as they were', () => {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'a', Service: 'web' }) }));
  const { index } = store.catalog.serviceHealth('web');
  const other = { Service: { Verb: 'set', Node: 'n1', Service: service({ ID: 'b', Service: 'WEB' }) } } as const;
  const fails = { Node: { Verb: 'get', Node: node({ Node: 'nobody' }) } } as const;
  store.run(txn(other, fails));
  assert.equal(store.catalog.serviceHealth('web').index, index);
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1', 'peer.~:service.web']);
  store.runAll(register({ Check: check({ CheckID: 'c', ServiceID: 'a' }) }));
  assert.equal(store.catalog.serviceHealth('web').index, store.appliedIndex);
});

test('an instance that takes another name is gone from the old one, index rows and kind names included', () => {
  const store = new TestStore();
  store.runAll(register({ Service: service({ ID: 'a', Service: 'old' }) }));
  store.runAll(register({ Service: service({ ID: 'a', Service: 'new' }) }));
  assert.deepEqual(rowKeys(store), ['peer.~:node.n1', 'peer.~:service.new']);
  assert.equal(store.catalog.serviceHealth('old').index, store.appliedIndex);
  const kinds: string[] = [];
  for (const [key] of store.tables.kindServiceNames.rows.entries()) kinds.push(key);
  assert.deepEqual(kinds, ['typical\u0000new']);
});
