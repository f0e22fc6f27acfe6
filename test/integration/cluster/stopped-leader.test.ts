// A leader whose process is stopped ends no connection: what was asked of it, and who writes afterwards, must not wait until the
// silence is noticed by timeouts that are made for slow networks.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, it } from 'node:test';
import { type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';

const NAMES = ['one', 'two', 'three'];
/** Yamux finds a connection dead after 40 s; an idle machine needs two. */
const WITHIN_MS = 20_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-stopped-'));
const agents: AgentProcess[] = [];
after(async () => {
  await Promise.all(agents.map((agent) => agent.kill()));
  fs.rmSync(folder, { recursive: true, force: true });
});

it('writes go on soon after the leader is stopped, one that it was asked for included', async () => {
  const all = await Promise.all(NAMES.map(() => choosePorts()));
  const join = all.map(({ serfLan }) => `-retry-join=127.0.0.1:${serfLan}`);
  const started = NAMES.map((node, i) => {
    const args = ['-server', '-bootstrap-expect=3', `-data-dir=${folder}/${node}`, ...join];
    return startAgent({ node, args, waitForLeader: false, ...(all[i] ? { ports: all[i] } : {}) });
  });
  agents.push(...(await Promise.all(started)));
  const leaderOf = async (agent: AgentProcess): Promise<string> => {
    const answer = await agent.request('GET', '/v1/status/leader').catch(() => null);
    return answer?.status === 200 ? answer.text : '';
  };
  let leader: AgentProcess | undefined;
  await waitFor(async () => {
    const seen = await Promise.all(agents.map(leaderOf));
    leader = agents.find((_, i) => seen.every((address) => address.includes(`:${all[i]?.server}"`)));
    return leader !== undefined;
  }, 'a leader that all name');
  const follower = agents.find((agent) => agent !== leader) ?? assert.fail();
  const put = (key: string) => follower.request('PUT', `/v1/kv/${key}`, 'x');
  await waitFor(async () => (await put('before')).status === 200, 'a write at a follower');
  leader?.child.kill('SIGSTOP');
  const stoppedMs = performance.now();
  // It may have happened or not: nobody knows, but who asked is told so.
  await put('under-way').catch(() => undefined);
  await waitFor(async () => (await put('after')).status === 200, 'a write under another leader');
  const tookMs = performance.now() - stoppedMs;
  assert.ok(tookMs < WITHIN_MS, `${Math.round(tookMs)} ms`);
});
