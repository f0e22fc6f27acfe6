// Agents that were killed, or are leaving, or lost their name: the pool is found again by the snapshot alone, and whoever asks
// them for something is answered.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { ALIVE, DEADLINE_MS, FAST, LEFT, statuses, untilStatus } from './members.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-restarts-'));
const started: AgentProcess[] = [];
after(async () => {
  await Promise.all(started.map((agent) => agent.kill()));
  fs.rmSync(folder, { recursive: true, force: true });
});

type Options = Pick<Parameters<typeof startAgent>[0], 'ports'>;

async function start(node: string, args: readonly string[], options: Options = {}): Promise<AgentProcess> {
  const agent = await startAgent({ node, args, waitForLeader: false, ...options });
  started.push(agent);
  return agent;
}

/** `place`: its data directory. */
function client(node: string, args: readonly string[] = [], options: Options = {}, place = node) {
  return start(node, [`-data-dir=${path.join(folder, place)}`, ...FAST, ...args], options);
}

const lanOf = (agent: AgentProcess) => `127.0.0.1:${agent.ports.serfLan}`;
const snapshotOf = (place: string) => path.join(folder, place, 'serf', 'local.snapshot');
/** Empty until there is one. */
const textOf = (place: string) => (fs.existsSync(snapshotOf(place)) ? fs.readFileSync(snapshotOf(place), 'utf8') : '');

async function untilNamed(place: string, ...names: readonly string[]): Promise<void> {
  const hasAll = () => names.every((name) => textOf(place).includes(`alive: ${name} `));
  await waitFor(hasAll, `the snapshot of ${place} to name ${names.join(', ')}`, DEADLINE_MS);
}

test('an agent whose pool is away finds it when it is back, whatever happens meanwhile', async () => {
  const server = await start('srv1', ['-dev']);
  const killed = await client('cli1', [`-retry-join=${lanOf(server)}`]);
  await untilNamed('cli1', 'srv1');
  await Promise.all([server.kill(), killed.kill()]);
  // So many lines that the file is written anew at once, when its agent is alone.
  fs.appendFileSync(snapshotOf('cli1'), 'alive: ghost 127.0.0.1:1\nnot-alive: ghost\n'.repeat(4000));

  const back = await client('cli1', [], { ports: killed.ports });
  const inVain = 'Failed to re-join any previously known node';
  await waitFor(() => back.output.includes(inVain), 'the first round to be in vain', DEADLINE_MS);
  const stranger = await client('stranger');
  assert.equal((await stranger.request('PUT', `/v1/agent/join/${lanOf(back)}`)).status, 200);
  await untilStatus(back, 'stranger', ALIVE);
  await waitFor(() => textOf('cli1').length < 10_000, 'the snapshot to be written anew', DEADLINE_MS);
  await untilNamed('cli1', 'srv1');

  const again = await start('srv1', ['-dev'], { ports: server.ports });
  await untilStatus(back, 'srv1', ALIVE);
  await untilStatus(again, 'cli1', ALIVE);
  await untilStatus(again, 'stranger', ALIVE);
});

test('a pool that was killed as a whole is whole again when its agents are back', async () => {
  const names = ['w1', 'w2', 'w3', 'w4'];
  const [first, ...rest] = await Promise.all(names.map((name) => client(name)));
  assert.ok(first !== undefined);
  for (const agent of rest) assert.equal((await agent.request('PUT', `/v1/agent/join/${lanOf(first)}`)).status, 200);
  for (const name of names) await untilNamed(name, ...names);
  const agents = [first, ...rest];
  await Promise.all(agents.map((agent) => agent.kill()));
  const back = await Promise.all(agents.map(({ ports }, i) => client(names[i] ?? '', [], { ports })));
  for (const agent of back) for (const name of names) await untilStatus(agent, name, ALIVE);
});

test('who lost its name answers what it is asked, and can be stopped', async () => {
  const holder = await client('twin', [], {}, 'twin-a');
  const witness = await client('wit');
  assert.equal((await witness.request('PUT', `/v1/agent/join/${lanOf(holder)}`)).status, 200);
  const loser = await client('twin', [`-retry-join=${lanOf(witness)}`], {}, 'twin-b');
  await waitFor(() => loser.output.includes('its name belongs to another member'), 'the vote to be lost', DEADLINE_MS);
  const forced = await loser.request('PUT', '/v1/agent/force-leave/wit');
  assert.deepEqual([forced.status, forced.text.trim()], [500, 'the LAN pool is closed']);
  assert.equal((await loser.request('PUT', '/v1/agent/leave')).status, 200);
  assert.equal(await loser.waitForExit(DEADLINE_MS), 0);
  assert.equal((await statuses(witness))['twin'], ALIVE);
});

test('a leave that is asked for twice is told to the others all the same', async () => {
  const stays = await client('stays');
  const leaves = await client('leaves', [`-retry-join=${lanOf(stays)}`]);
  await untilStatus(stays, 'leaves', ALIVE);
  const beganMs = performance.now();
  const leave = async () => (await leaves.request('PUT', '/v1/agent/leave')).status;
  assert.deepEqual(await Promise.all([leave(), leave()]), [200, 200]);
  assert.equal(await leaves.waitForExit(DEADLINE_MS), 0);
  // It stays until all may have heard of it.
  assert.ok(performance.now() - beganMs >= 3_000);
  assert.doesNotMatch(leaves.output, /Leave already in progress/);
  await untilStatus(stays, 'leaves', LEFT);
});

test('a name in another case is the same member to force-leave', async () => {
  const stays = await client('asked');
  const lost = await client('Lost-One', [`-retry-join=${lanOf(stays)}`]);
  await untilStatus(stays, 'Lost-One', ALIVE);
  await lost.kill();
  await waitFor(async () => (await statuses(stays))['Lost-One'] !== ALIVE, 'it to fail', DEADLINE_MS);
  assert.equal((await stays.request('PUT', '/v1/agent/force-leave/lost-one')).status, 200);
  await untilStatus(stays, 'Lost-One', LEFT);
});
