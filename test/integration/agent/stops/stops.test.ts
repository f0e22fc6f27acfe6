// Agents that are told to end while everything is at work: at a random moment, by signals or by leaving, twice, in the middle of
// a start, together with the server that they ask. Each ends in time and in good order, and starts again with all that was
// acknowledged. `LICTOR_STOPS` says how many rounds, `LICTOR_SEED` repeats the choices of one.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentPorts, type AgentProcess, choosePorts, spawnAgent, startAgent } from '../../../agent-process.js';
import { Random, seedsOf } from '../../../random.js';
import { Busy } from './busy.js';
import { COMPLAINTS, END_MS, endsWell, ROUNDS } from './ends.js';

const SETTINGS = 'enable_script_checks = true performance { leave_drain_time = "10ms" } log_level = "debug"';
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-stops-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** How an agent is told to end. */
const ENDS = ['SIGTERM', 'SIGINT', 'twice', 'leave'] as const;
type End = (typeof ENDS)[number];

interface Started {
  readonly agent: AgentProcess;
  readonly busy: Busy;
}

function flags(name: string, extra: readonly string[]): readonly string[] {
  return [`-data-dir=${path.join(folder, name)}`, '-hcl', SETTINGS, ...extra];
}

/** Resolves when it has ended, as it had to. */
async function end({ agent, busy }: Started, how: End, isServer: boolean): Promise<void> {
  if (how === 'leave') await agent.request('PUT', '/v1/agent/leave').catch(() => null);
  else agent.child.kill(how === 'SIGINT' ? 'SIGINT' : 'SIGTERM');
  if (how === 'twice') agent.child.kill('SIGTERM');
  // A client leaves when it is told to end; a second signal cuts that short, unless it was over by then.
  const isEither = !isServer && how === 'twice';
  const isLeave = how === 'leave' || !isServer;
  try {
    await endsWell(agent, isEither ? [0, 1] : [isLeave ? 0 : 1]);
  } finally {
    await busy.end();
  }
}

async function hasKeys(agent: AgentProcess, { acknowledged: { keys } }: Busy): Promise<void> {
  const kept = new Set((await agent.json('/v1/kv/?keys')) as string[]);
  assert.deepEqual(
    [...keys].filter((name) => !kept.has(name)),
    [],
  );
}

async function hasServices(agent: AgentProcess, { acknowledged: { services } }: Busy): Promise<void> {
  const kept = new Set(Object.keys((await agent.json('/v1/agent/services')) as object));
  assert.deepEqual(
    [...services].filter((name) => !kept.has(name)),
    [],
  );
}

/** Begins, and is told to end somewhere in its start. */
async function endInStart(args: readonly string[], ports: AgentPorts, afterMs: number): Promise<void> {
  const agent = spawnAgent({ args }, ports);
  try {
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    agent.child.kill('SIGTERM');
    await agent.waitForExit(END_MS);
    // Before it has taken the signals over they end it.
    if (agent.exited?.signal !== 'SIGTERM') assert.equal(agent.exited?.code, 1, agent.output);
    assert.doesNotMatch(agent.output, COMPLAINTS);
  } finally {
    await agent.kill();
  }
}

async function busyAgent(name: string, args: readonly string[], ports: AgentPorts, prefix: string): Promise<Started> {
  const agent = await startAgent({ args, ports, node: name });
  const busy = new Busy(agent, prefix);
  try {
    await busy.begin();
  } catch (error) {
    await Promise.all([agent.kill(), busy.end()]);
    throw error;
  }
  return { agent, busy };
}

for (const seed of seedsOf(ROUNDS)) {
  test(`seed ${seed}: a server at work, and a client agent of it, end when they are told to`, async () => {
    const random = new Random(seed);
    const pick = (): End => ENDS[random.below(ENDS.length)] ?? 'SIGTERM';
    const [serverPorts, clientPorts] = await Promise.all([choosePorts(), choosePorts()]);
    const serverArgs = flags(`server-${seed}`, ['-server', '-bootstrap']);
    const clientArgs = flags(`client-${seed}`, [`-retry-join=127.0.0.1:${serverPorts.serfLan}`]);
    const server = await busyAgent('golden', serverArgs, serverPorts, 's');
    let client: Started | null = null;
    try {
      if (random.chance(0.5)) client = await busyAgent('client', clientArgs, clientPorts, 'c');
      await new Promise((resolve) => setTimeout(resolve, random.below(1_000)));
      const [forServer, forClient, isClientFirst] = [pick(), pick(), random.chance(0.5)];
      const ends = [() => end(server, forServer, true)];
      if (client !== null) {
        const started = client;
        ends.push(() => end(started, forClient, false));
        if (isClientFirst) ends.reverse();
      }
      await Promise.all(ends.map((begin) => begin()));
      if (random.chance(0.5)) await endInStart(serverArgs, serverPorts, random.below(2_000));
      const again = await startAgent({ args: serverArgs, ports: serverPorts });
      try {
        await hasKeys(again, server.busy);
        await hasServices(again, server.busy);
        if (client === null) return;
        await hasKeys(again, client.busy);
        const clientAgain = await startAgent({ args: clientArgs, ports: clientPorts, node: 'client' });
        try {
          await hasServices(clientAgain, client.busy);
        } finally {
          await clientAgain.stop();
        }
      } finally {
        await again.stop();
      }
    } finally {
      await Promise.all([server, client].flatMap((one) => (one === null ? [] : [one.agent.kill(), one.busy.end()])));
    }
  });
}
