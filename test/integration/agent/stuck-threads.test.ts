// A thread that never comes to rest: the agent ends all the same, and its log says which thread it was. The threads are real
// ones of a real agent; a module that Node loads before their programs makes one of them spin when the test wants it.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';

/** The agent's five seconds, a moment for the other threads, and a busy machine. */
const END_DEADLINE_MS = 30_000;

/** Thread, and how it keeps to itself: code of the module. */
const SPINNERS = [
  ['raft', 'for (;;);'],
  // Node tells a thread once to end, in the middle of whatever it does. Timers that begin such a chain anew make sure that it
  // comes too late for one.
  ['state', 'const ask = async () => { await null; void ask(); }; setInterval(() => void ask(), 1); void ask();'],
] as const;

async function spinningAgent(context: TestContext, thread: string, way: string): Promise<AgentProcess> {
  const folder = temporaryDirectory(context);
  const signal = path.join(folder, 'spin');
  const seen = path.join(folder, 'seen');
  const module = path.join(folder, 'spinner.cjs');
  fs.writeFileSync(
    module,
    `const { isMainThread, workerData } = require('node:worker_threads');
    const { existsSync, writeFileSync } = require('node:fs');
    if (!isMainThread && workerData?.context?.name === '${thread}') {
      const look = setInterval(() => {
        if (!existsSync('${signal}')) return;
        clearInterval(look);
        writeFileSync('${seen}', '');
        ${way}
      }, 10);
    }`,
  );
  const agent = await startAgent({ args: ['-dev'], under: ['env', `NODE_OPTIONS=--require=${module}`] });
  context.after(() => agent.kill());
  fs.writeFileSync(signal, '');
  await waitFor(() => fs.existsSync(seen), 'the thread to spin');
  return agent;
}

for (const [thread, way] of SPINNERS) {
  test(`a spinning thread '${thread}' doesn't keep the agent from its end`, async (context) => {
    const agent = await spinningAgent(context, thread, way);
    agent.child.kill('SIGTERM');
    await agent.waitForExit(END_DEADLINE_MS);
    assert.deepEqual(agent.exited, { code: null, signal: 'SIGKILL' }, agent.output);
    await waitFor(() => agent.output.includes('killing this process'), 'the last line');
    assert.match(agent.output, new RegExp(`does not end, killing this process: thread=${thread}\\n$`));
  });
}

test('an agent whose output nobody reads ends when it is told to', async (context) => {
  const agent = await startAgent({ args: ['-dev'] });
  context.after(() => agent.kill());
  agent.child.stdout?.pause();
  // Each has a line of its own, with its name: until the pipe is full and lines wait in the agent.
  for (let services = 0; services < 150; services += 1) {
    const body = JSON.stringify({ Name: `${services}${'x'.repeat(4_000)}` });
    assert.equal((await agent.request('PUT', '/v1/agent/service/register', body)).status, 200);
  }
  agent.child.kill('SIGTERM');
  assert.equal(await agent.waitForExit(END_DEADLINE_MS), 1);
  agent.child.stdout?.resume();
});
