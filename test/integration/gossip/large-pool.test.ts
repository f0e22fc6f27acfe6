// An agent in a pool of 70,000 members, who are one socket that answers for all of them: more than a list may have by default,
// and more than the state of a push/pull had room for.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type Crowd, JOINED_AT, openCrowd } from '../../../bench/load/crowd.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const MEMBERS = 70_000;
const DEADLINE_MS = 120_000;

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-large-pool-'));
const agents: AgentProcess[] = [];
let crowd: Crowd | null = null;
after(async () => {
  await Promise.all(agents.map((agent) => agent.kill()));
  await crowd?.close();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(ports?: AgentProcess['ports']): Promise<AgentProcess> {
  const args = [`-data-dir=${path.join(folder, 'data')}`, '-rejoin', '-log-level=warn'];
  const agent = await startAgent({ node: 'joiner', args, waitForLeader: false, ...(ports && { ports }) });
  agents.push(agent);
  return agent;
}

/** What Serf says of the pool, once all are known. */
async function knowsAll(agent: AgentProcess): Promise<{ readonly [figure: string]: string }> {
  let serf: { readonly [figure: string]: string } = {};
  const isKnown = async (): Promise<boolean> => {
    const self = (await agent.json('/v1/agent/self')) as { Stats: { serf_lan: typeof serf } };
    serf = self.Stats.serf_lan;
    // The clock comes with Serf's part of the state, the last one.
    return Number(serf['members']) === MEMBERS + 1 && Number(serf['member_time']) > JOINED_AT;
  };
  await waitFor(isKnown, 'all members and their clock to be known', DEADLINE_MS);
  return serf;
}

test('a pool of 70,000 is joined, left, and found again from the snapshot', async () => {
  crowd = await openCrowd(MEMBERS);
  const { address } = crowd;
  const first = await start();
  const join = async (): Promise<boolean> => (await first.request('PUT', `/v1/agent/join/${address}`)).status === 200;
  // On a machine that is very busy the whole state may take longer than an exchange is given; it is packed by the next time.
  await waitFor(join, 'the pool to be joined', DEADLINE_MS);
  await knowsAll(first);
  assert.equal((await first.request('PUT', '/v1/agent/leave')).status, 200);
  assert.equal(await first.waitForExit(DEADLINE_MS), 0);
  const again = await start(first.ports);
  await knowsAll(again);
  for (const { output } of agents) assert.doesNotMatch(output, /decode remote state|Failed push\/pull merge/);
  await again.kill();
});
