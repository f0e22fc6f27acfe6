// A thread that dies: without its state, its log or a reader an agent ends at once and says why; check workers are started again
// and the checks go on. The threads are killed from inside, by a module that is loaded into each of them.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { readerSettings, waitForReaders, withoutReaders } from '../readers/readers.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-threads-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Ends the thread that a file is named after, in the way that the file says. Check workers have no name of their own. */
const KILLER = `
const fs = require('node:fs');
const { isMainThread, workerData } = require('node:worker_threads');
const order = ${JSON.stringify(folder)} + '/' + (workerData?.context?.name ?? 'checks');
if (!isMainThread && workerData?.context === undefined && fs.existsSync(order + '-start')) {
  fs.appendFileSync(order + '-starts', 'x');
  if (fs.readFileSync(order + '-start', 'utf8') === 'exit') process.exit(3);
  else throw new Error('no start today');
}
if (!isMainThread) setInterval(() => {
  if (!fs.existsSync(order)) return;
  const way = fs.readFileSync(order, 'utf8');
  fs.unlinkSync(order);
  if (way === 'exit') process.exit(0);
  else throw new Error('killed from inside');
}, 20).unref();
`;
const killer = path.join(folder, 'killer.cjs');
fs.writeFileSync(killer, KILLER);
process.env['NODE_OPTIONS'] = `--require=${killer}`;

/** Written under another name first: a thread must not read a file that is still empty. */
function killThread(name: string, way: 'throw' | 'exit'): void {
  fs.writeFileSync(path.join(folder, 'order'), way);
  fs.renameSync(path.join(folder, 'order'), path.join(folder, name));
}

function serverArguments(name: string): string[] {
  return ['-server', '-bootstrap', `-data-dir=${path.join(folder, `data-${name}`)}`, '-log-level=warn'];
}

test('an error out of nowhere in the state worker is logged in full, and the agent goes on', async () => {
  const agent = await startAgent({ args: serverArguments('state-throw') });
  try {
    assert.equal((await agent.request('PUT', '/v1/kv/a', 'kept')).status, 200);
    killThread('state', 'throw');
    const line = /\[ERROR\] agent: unexpected error:\n {2}error=\n {2}\| Error: killed from inside\n {2}\| +at /;
    await waitFor(() => line.test(agent.output), `the error in the log:\n${agent.output}`);
    assert.equal((await agent.request('GET', '/v1/kv/a?raw')).text, 'kept');
    assert.equal((await agent.request('PUT', '/v1/kv/a', 'new')).status, 200);
  } finally {
    await agent.stop();
  }
});

const DEATHS = [
  ['state', 'exit'],
  ['raft', 'throw'],
  ['raft', 'exit'],
  ['reader-2', 'exit'],
] as const;
const READERS = 2;

for (const [name, way] of DEATHS) {
  const isReader = name.startsWith('reader');
  const title = `an agent whose ${name} worker dies (${way}) ends with code 1 and says so; nothing acknowledged is lost`;
  test(title, { skip: isReader && withoutReaders }, async () => {
    const readers = isReader ? [...readerSettings(READERS), '-log-level=info'] : [];
    const args = [...serverArguments(`${name}-${way}`), ...readers];
    const agent = await startAgent({ args });
    let restarted: AgentProcess | null = null;
    try {
      if (isReader) await waitForReaders(agent, READERS);
      assert.equal((await agent.request('PUT', '/v1/kv/a', 'kept')).status, 200);
      assert.equal((await agent.request('PUT', '/v1/agent/service/register', '{"Name": "web"}')).status, 200);
      killThread(name, way);
      assert.equal(await agent.waitForExit(), 1);
      const error = way === 'exit' ? ' error="it exited with code 0"' : '\\n  error=\\n  \\| Error: killed from inside';
      const line = `\\[ERROR\\] agent: thread ended unexpectedly: thread=${name}${error}`;
      assert.match(agent.output, new RegExp(line));
      restarted = await startAgent({ args, ports: agent.ports });
      assert.equal((await restarted.request('GET', '/v1/kv/a?raw')).text, 'kept');
      assert.equal((await restarted.request('GET', '/v1/agent/service/web')).status, 200);
    } finally {
      await agent.kill();
      await restarted?.stop();
    }
  });
}

test('a check worker that dies is started again, and its checks go on', async () => {
  let healthy = true;
  const target = http.createServer((_, response) => {
    response.writeHead(healthy ? 200 : 500).end();
  });
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  const agent = await startAgent({ args: ['-dev', '-log-level=warn'] });
  const status = async (): Promise<string | undefined> => {
    const checks = (await agent.json('/v1/agent/checks')) as { readonly [id: string]: { readonly Status: string } };
    return checks['service:web']?.Status;
  };
  try {
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    const body = JSON.stringify({ Name: 'web', Check: { HTTP: url, Interval: '1s' } });
    assert.equal((await agent.request('PUT', '/v1/agent/service/register', body)).status, 200);
    await waitFor(async () => (await status()) === 'passing', 'the check to pass');
    killThread('checks', 'exit');
    await waitFor(() => /check worker ended, starting it again: shard=0/.test(agent.output), 'the loss to be noticed');
    assert.equal(await status(), 'passing', 'the last known status stands');
    healthy = false;
    await waitFor(async () => (await status()) === 'critical', 'the new worker to find the failure');
    healthy = true;
    killThread('checks', 'throw');
    await waitFor(async () => (await status()) === 'passing', 'the checks to go on after an error');
    assert.equal(agent.exited, null);
  } finally {
    await agent.stop();
    target.closeAllConnections();
    target.close();
  }
});

for (const [way, reason] of [
  ['exit', 'its thread ended while it was being started'],
  ['throw', 'no start today'],
] as const) {
  test(`check workers that can't be started (${way}) are tried again after a pause, and the agent goes on`, async () => {
    killThread('checks-start', way);
    const starts = (): number => fs.statSync(path.join(folder, 'checks-starts'), { throwIfNoEntry: false })?.size ?? 0;
    const before = starts();
    const agent = await startAgent({ args: ['-dev', '-log-level=warn'] });
    try {
      const body = JSON.stringify({ Name: 'web', Check: { HTTP: `${agent.http}/v1/status/leader`, Interval: '1s' } });
      assert.equal((await agent.request('PUT', '/v1/agent/service/register', body)).status, 200);
      await waitFor(() => agent.output.includes(`starting it again: shard=0 error="${reason}"`), 'the log to say why');
      const triedAgain = starts() - before;
      assert.ok(triedAgain <= 2, `it was tried ${triedAgain} times at once`);
      fs.rmSync(path.join(folder, 'checks-start'));
      await waitFor(
        async () => (await agent.request('GET', '/v1/agent/health/service/id/web')).status === 200,
        'the check to run when it can',
      );
    } finally {
      fs.rmSync(path.join(folder, 'checks-start'), { force: true });
      await agent.stop();
    }
  });
}
