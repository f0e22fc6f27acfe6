// Checks are spread over shards; orders travel together, and a shard whose worker ended gets its tasks again.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import type { MessagePort } from 'node:worker_threads';
import type { CheckResult, CheckTask, StateToChecks } from '../../../src/wire/check-port.js';
import { CheckShards } from '../../../src/workers/state/check-shards.js';
import { checkTask } from '../checks/check-task.js';

function task(key: number): CheckTask {
  return checkTask(key, { kind: 'udp', address: '127.0.0.1:9' });
}

interface Opened {
  readonly shard: number;
  readonly port: MessagePort;
}

function open(): { shards: CheckShards; opened: Opened[]; results: CheckResult[] } {
  const opened: Opened[] = [];
  const results: CheckResult[] = [];
  const shards = new CheckShards({
    open: (shard, _concurrency, port) => opened.push({ shard, port }),
  });
  shards.listen((some) => results.push(...some));
  return { shards, opened, results };
}

async function next({ port }: Opened): Promise<StateToChecks> {
  const [message] = (await once(port, 'message')) as [StateToChecks];
  return message;
}

test('orders given together are one message, and what was removed before it left is not run', async () => {
  const { shards, opened } = open();
  shards.add([task(1), task(2)]);
  shards.add([task(3)]);
  shards.remove([2]);
  const [only] = opened;
  assert.ok(only && opened.length === 1);
  assert.deepEqual(await next(only), { kind: 'remove', keys: [2] });
  const added = await next(only);
  assert.ok(added.kind === 'add');
  assert.deepEqual(
    added.tasks.map(({ key }) => key),
    [1, 3],
  );
  only.port.close();
});

test('a lost shard gets its tasks again, with the statuses known by then', async () => {
  const { shards, opened, results } = open();
  shards.add([task(1), task(2)]);
  const [first] = opened;
  assert.ok(first);
  await next(first);
  first.port.postMessage({ kind: 'results', results: [{ key: 1, status: 'passing', output: 'fine' }] });
  while (results.length === 0) await new Promise((resolve) => setImmediate(resolve));
  shards.remove([2]);
  shards.lost(0);
  const second = opened[1];
  assert.ok(second);
  const added = await next(second);
  assert.ok(added.kind === 'add');
  assert.deepEqual(added.tasks, [{ ...task(1), status: 'passing', output: 'fine' }]);
  second.port.close();
});

test('stop ends every shard and waits for its word', async () => {
  const { shards, opened } = open();
  shards.add([task(1)]);
  const [only] = opened;
  assert.ok(only);
  await next(only);
  const stopped = shards.stop(5_000);
  assert.deepEqual(await next(only), { kind: 'stop' });
  only.port.postMessage({ kind: 'stopped' });
  await stopped;
});
