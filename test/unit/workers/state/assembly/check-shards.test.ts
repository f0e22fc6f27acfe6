// Checks are spread over shards; orders travel together, and a shard whose worker ended gets its tasks again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import type { MessagePort } from 'node:worker_threads';
import type { CheckResult, StateToChecks } from '../../../../../src/wire/checks/check-port.js';
import type { CheckTask } from '../../../../../src/wire/checks/check-task.js';
import { unpackTasks } from '../../../../../src/wire/checks/packed-tasks.js';
import { CheckShards } from '../../../../../src/workers/state/assembly/check-shards.js';
import { checkTask } from '../../checks/check-task.js';
import { surviving } from './surviving.js';

function task(key: number): CheckTask {
  return checkTask(key, { kind: 'udp', address: '127.0.0.1:9' });
}

interface Opened {
  readonly shard: number;
  readonly port: MessagePort;
}

const DEADLINE_MS = 20_000;

/** What is run under each key; a key without a task has no check any more. */
function open(t: TestContext, tasks: Map<number, CheckTask>): { shards: CheckShards; opened: Opened[] } {
  const opened: Opened[] = [];
  t.after(() => {
    for (const { port } of opened) port.close();
  });
  const shards = new CheckShards({
    tls: null,
    open: (shard, _concurrency, port) => opened.push({ shard, port }),
  });
  const hear = (results: readonly CheckResult[]): void => {
    for (const { key, status, output } of results) tasks.set(key, { ...task(key), status, output });
  };
  shards.serve({ hear, task: (key) => tasks.get(key) ?? null });
  return { shards, opened };
}

function tasksOf(...keys: readonly number[]): Map<number, CheckTask> {
  return new Map(keys.map((key) => [key, task(key)]));
}

async function next({ port }: Opened): Promise<StateToChecks> {
  const [message] = (await once(port, 'message', { signal: AbortSignal.timeout(DEADLINE_MS) })) as [StateToChecks];
  return message;
}

async function added(opened: Opened): Promise<readonly CheckTask[]> {
  const message = await next(opened);
  assert.ok(message.kind === 'add');
  return unpackTasks(message.tasks);
}

test('orders given together are one message, and what was ended before it left is not run', async (t) => {
  const tasks = tasksOf(1, 2, 3);
  const { shards, opened } = open(t, tasks);
  shards.run(1);
  shards.run(2);
  shards.run(3);
  shards.end(2);
  const [only] = opened;
  assert.ok(only && opened.length === 1);
  assert.deepEqual(await added(only), [task(1), task(3)]);
  shards.end(3);
  shards.end(2);
  assert.deepEqual(await next(only), { kind: 'remove', keys: [3] });
});

test('a task is the one of the moment when it leaves; a check that is gone by then has none', async (t) => {
  const tasks = tasksOf(1, 2);
  const { shards, opened } = open(t, tasks);
  shards.run(1);
  shards.run(2);
  tasks.set(1, { ...task(1), status: 'warning' });
  tasks.delete(2);
  const [only] = opened;
  assert.ok(only);
  assert.deepEqual(await added(only), [{ ...task(1), status: 'warning' }]);
});

test('a task that cannot be made keeps no other from being run', async (t) => {
  const survived = surviving(t);
  const { shards, opened } = open(t, new Map());
  shards.serve({
    hear: () => undefined,
    task: (key) => {
      if (key === 2) throw new Error('no such probe');
      return task(key);
    },
  });
  for (const key of [1, 2, 3]) shards.run(key);
  const [only] = opened;
  assert.ok(only);
  assert.deepEqual(await added(only), [task(1), task(3)]);
  await survived('no such probe');
});

test('thousands of checks leave in several messages, each once', async (t) => {
  const keys = Array.from({ length: 1_200 }, (_, at) => at + 1);
  const { shards, opened } = open(t, tasksOf(...keys));
  for (const key of keys) shards.run(key);
  const [only] = opened;
  assert.ok(only);
  const seen: number[] = [];
  while (seen.length < keys.length) {
    const some = await added(only);
    assert.ok(some.length <= 512);
    seen.push(...some.map(({ key }) => key));
  }
  assert.deepEqual(seen, keys);
});

test('a lost shard gets its tasks again, with the statuses known by then', async (t) => {
  const tasks = tasksOf(1, 2);
  const { shards, opened } = open(t, tasks);
  shards.run(1);
  shards.run(2);
  const [first] = opened;
  assert.ok(first);
  await next(first);
  first.port.postMessage({ kind: 'results', results: [{ key: 1, status: 'passing', output: 'fine' }] });
  while (tasks.get(1)?.status !== 'passing') await new Promise((resolve) => setImmediate(resolve));
  shards.end(2);
  shards.lost(0);
  const second = opened[1];
  assert.ok(second);
  assert.deepEqual(await added(second), [{ ...task(1), status: 'passing', output: 'fine' }]);
});

test('stop ends every shard and waits for its word', async (t) => {
  const { shards, opened } = open(t, tasksOf(1));
  shards.run(1);
  const [only] = opened;
  assert.ok(only);
  await next(only);
  const stopped = shards.stop(5_000);
  assert.deepEqual(await next(only), { kind: 'stop' });
  only.port.postMessage({ kind: 'stopped' });
  await stopped;
});
