// Blocking queries over random histories (spec/rpc.md, "Blocking reads"; spec/fsm.md, section 4): whoever waits is told of each
// change of what it waits for, by an index that doesn't go back without a restore, and isn't woken by other keys and services.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Command, CommandType } from '../../../../../src/wire/commands.js';
import { Role } from '../../../../../src/wire/raft/leadership.js';
import { listNodes, listServices } from '../../../../../src/workers/state/methods/catalog/catalog.js';
import {
  checksInState,
  instancesOf,
  nodeChecks,
  serviceNodes,
} from '../../../../../src/workers/state/methods/catalog/health.js';
import { EVERYTHING } from '../../../../../src/workers/state/methods/contract/narrowing.js';
import { kvGet, kvList, kvListKeys } from '../../../../../src/workers/state/methods/kvs.js';
import { listSessions } from '../../../../../src/workers/state/methods/session.js';
import { FakeLog } from '../leader/leader-fixture.js';
import {
  check,
  createSession,
  deregister,
  destroySession,
  kv,
  kvSet,
  register,
  service,
  TestStore,
} from '../replica/store/commands.js';
import { readAll, writeAll } from '../replica/store/stream.js';
import { testCalls } from './test-calls.js';
import { type Question, question, Watcher } from './watchers.js';

const KEYS = ['a', 'a/1', 'a/2', 'b/1', 'b/ü'] as const;
const SERVICES = ['web', 'db'] as const;
const NODES = ['n1', 'n2', 'n3'] as const;
const SESSIONS = ['5e551001-0000-4000-8000-000000000001', '5e551001-0000-4000-8000-000000000002'] as const;

const questions: readonly Question[] = [
  ...KEYS.map((key) => question(`key ${key}`, kvGet, key)),
  ...['', 'a/', 'b', 'none/'].map((prefix) => question(`entries ${prefix}`, kvList, prefix)),
  question('keys a', kvListKeys, { prefix: 'a', separator: '/' }),
  ...[...SERVICES, 'nobody'].map((name) => question(`service ${name}`, serviceNodes, instancesOf(name))),
  ...NODES.map((name) => question(`checks ${name}`, nodeChecks, { ...EVERYTHING, name })),
  question('critical', checksInState, { ...EVERYTHING, name: 'critical' }),
  question('nodes', listNodes, EVERYTHING),
  question('services', listServices, EVERYTHING),
  question('sessions', listSessions, null),
];

const key = fc.constantFrom(...KEYS);
const node = fc.constantFrom(...NODES);
const session = fc.constantFrom(...SESSIONS);
const text = fc.constantFrom('x', 'y').map((value) => new TextEncoder().encode(value));

const keyWritten: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ Key: key, Value: text }).map((entry) => kv('set', entry)),
  fc.record({ Key: key, Value: text, Session: session }).map((entry) => kv('lock', entry)),
  fc.record({ Key: key, Session: session }).map((entry) => kv('unlock', entry)),
  key.map((Key) => kv('delete', { Key })),
  fc.constantFrom('a/', 'b', '').map((Key) => kv('delete-tree', { Key })),
);
const catalogWritten: fc.Arbitrary<Command> = fc.oneof(
  fc
    .record({ Node: node, name: fc.constantFrom(...SERVICES), Port: fc.nat({ max: 2 }) })
    .map(({ Node, name, Port }) => register({ Node, Service: service({ ID: name, Service: name, Port }) })),
  fc
    .record({
      Node: node,
      CheckID: fc.constantFrom('c1', 'c2'),
      ServiceID: fc.constantFrom('', ...SERVICES),
      Status: fc.constantFrom('passing', 'critical'),
    })
    .map((row) => register({ Node: row.Node, SkipNodeUpdate: true, Check: check(row) })),
  fc.record({ Node: node, ServiceID: fc.constantFrom(...SERVICES) }).map(deregister),
  fc.record({ Node: node, CheckID: fc.constantFrom('c1', 'c2') }).map(deregister),
  node.map((Node) => deregister({ Node })),
);
const sessionWritten: fc.Arbitrary<Command> = fc.oneof(
  fc.record({ ID: session, Node: node }).map((row) => createSession(row)),
  session.map(destroySession),
);
type Written = Command | 'snapshot' | 'restore';

const written: fc.Arbitrary<Written> = fc.oneof(
  { weight: 6, arbitrary: keyWritten },
  { weight: 6, arbitrary: catalogWritten },
  { weight: 2, arbitrary: sessionWritten },
  { weight: 1, arbitrary: fc.constantFrom('snapshot' as const, 'restore' as const) },
);

/** Whether the answers of this question can't depend on a write of keys, of the other service, or of another node. */
function isUnrelated(name: string, command: Command, before: string): boolean {
  if (name.startsWith('key ')) {
    if (command.type !== CommandType.kvs) return command.type === CommandType.register;
    const { Op, DirEnt } = command.body;
    return Op === 'delete-tree' ? !name.slice(4).startsWith(DirEnt.Key) : name !== `key ${DirEnt.Key}`;
  }
  if (command.type === CommandType.kvs) return !/^(entries|keys) /.test(name);
  // Without instances its index is that of the last one to go, or of the whole catalog.
  if (!name.startsWith('service ') || before === '[]') return false;
  if (command.type === CommandType.session) return true;
  if (command.type !== CommandType.register && command.type !== CommandType.deregister) return false;
  const { Node } = command.body;
  const isHere = before.includes(`"Node":"${Node}"`);
  const concerned = command.type === CommandType.register ? command.body.Service?.Service : command.body.ServiceID;
  return !isHere && name !== `service ${concerned}`;
}

interface Seen {
  readonly watcher: Watcher;
  readonly value: string;
  readonly index: number;
  readonly answers: number;
  readonly reads: number;
}

/** Everything that was woken has asked again. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

async function begin(store: TestStore): Promise<{ readonly watchers: readonly Watcher[]; end(): Promise<void> }> {
  const consensus = new FakeLog(store);
  consensus.leadership.setRole(Role.leader, 1, true);
  consensus.leadership.setUnboundedLease(true);
  const calls = testCalls({ store, consensus });
  const watchers = questions.map((asked) => new Watcher(calls, asked));
  const runs = watchers.map((watcher) => watcher.run());
  await settled();
  for (const { name, answers } of watchers) assert.equal(answers, 1, `${name} has its first answer`);
  const end = async (): Promise<void> => {
    for (const watcher of watchers) watcher.end();
    await Promise.all(runs);
  };
  return { watchers, end };
}

function judge(one: Written, { watcher, value, index, answers, reads }: Seen, now: string): void {
  const { name } = watcher;
  assert.equal(watcher.value, now, `${name} was told of ${watcher.value}, not of ${now}`);
  if (one === 'restore' || one === 'snapshot') return;
  assert.ok(watcher.index >= index, `${name}: ${index} became ${watcher.index}`);
  if (now !== value) assert.ok(watcher.index > index, `${name} changed at ${index}`);
  assert.ok(watcher.answers <= answers + 1, `${name} was told ${watcher.answers - answers} times of one change`);
  if (isUnrelated(name, one, value)) assert.equal(watcher.reads, reads, `${name} was woken by ${JSON.stringify(one)}`);
}

/** What a client is told that asks now, without an index. */
async function answersNow(store: TestStore): Promise<readonly string[]> {
  const { watchers, end } = await begin(store);
  await end();
  return watchers.map(({ value }) => value);
}

function restore(store: TestStore, kept: Uint8Array): void {
  readAll(store, kept);
  store.flush();
}

test('nobody who waits misses a change, hears of an older index, or is woken by what it did not ask for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(written, { minLength: 1, maxLength: 40, size: 'max' }), async (history) => {
      const store = new TestStore();
      // Index 1 is what clients see of an empty store, too.
      store.runAll(kvSet('first', '1'), kvSet('first', '2'));
      // What a restore goes back to.
      let kept = writeAll(store);
      const { watchers, end } = await begin(store);
      try {
        for (const one of history) {
          const before = watchers.map((watcher): Seen => {
            const { value, index, answers, reads } = watcher;
            return { watcher, value, index, answers, reads };
          });
          if (one === 'snapshot') kept = writeAll(store);
          else if (one === 'restore') restore(store, kept);
          else store.run(one);
          await settled();
          const told = await answersNow(store);
          for (const [i, seen] of before.entries()) judge(one, seen, told[i] ?? '');
        }
      } finally {
        await end();
      }
      assert.equal(store.watches.waiting, 0);
    }),
    { numRuns: 150 },
  );
});
