// A reader's thread that ends by itself: main is told which one, and ends the process (docs/operations.md).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { startThreads } from '../../../src/main/threads.js';
import type { RuntimeConfig } from '../../../src/wire/config.js';
import { waitFor } from '../../agent-process.js';

const config = {
  raft: {},
  advertiseAddress: '127.0.0.1',
  ports: { server: 8300 },
  log: { level: 'info' },
  dns: { domain: 'consul' },
};

/** A thread that takes its orders, and does `then`. */
function thread(then: string): Worker {
  return new Worker(`require('node:worker_threads').parentPort.once('message', () => { ${then} })`, { eval: true });
}

test('the end of any reader is the end of the agent', async (context) => {
  const stays = (): Worker => thread('setInterval(() => {}, 1000)');
  const begun = {
    kind: 'server',
    state: stays(),
    raft: stays(),
    readers: [stays(), thread('throw new Error("out of luck")')],
  } as const;
  context.after(async () => {
    await Promise.all([begun.state, begun.raft, ...begun.readers].map((worker) => worker.terminate()));
  });
  const lost: string[] = [];
  startThreads(config as unknown as RuntimeConfig, begun, true, {
    fromState: () => {},
    fromOthers: () => {},
    lost: (name, reason) => lost.push(`${name}: ${reason.split('\n')[0]}`),
  });
  await waitFor(() => lost.length > 0, 'the loss');
  assert.deepEqual(lost, ['reader-2: Error: out of luck']);
});
