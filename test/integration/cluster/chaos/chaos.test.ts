// Five real servers under load while one at a time is killed, stopped, cut off or has its disk filled: what clients were told
// is linearizable, what was acknowledged is there in the end, and all servers hold the same. `LICTOR_CHAOS_MS` says how long,
// `LICTOR_SEED` repeats the choices; what the machine makes of them differs from run to run.

import assert from 'node:assert/strict';
import { after, describe, it, type TestContext } from 'node:test';
import { waitFor } from '../../../agent-process.js';
import { Random, runSeed } from '../../../random.js';
import { Clients } from './clients.js';
import { described, type Planned, plan } from './faults.js';
import { type Server, Servers } from './servers.js';

const SERVERS = 5;
const DURATION_MS = Number(process.env['LICTOR_CHAOS_MS'] ?? 60_000);
const ONLY = new RegExp(process.env['LICTOR_CHAOS_ONLY'] ?? '');
/** How long clients go on before a fault, and with a new leader while the old one is away. */
const CALM_MS = 800;
const LEAST_FAULT_MS = 1_500;
const MOST_FAULT_MS = 4_500;
/** What a server holds, of which nothing may differ. */
const EVERYTHING = [
  '/v1/kv/?recurse',
  '/v1/session/list',
  '/v1/catalog/nodes',
  '/v1/catalog/services',
  '/v1/health/state/any',
];

const random = new Random(runSeed);
const servers = new Servers(SERVERS);
const skip = process.getuid?.() === 0 ? false : 'needs root, for hosts in network namespaces';

function pass(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** One round: calm, a fault, its end, and all serve again. Says what it cost. */
async function suffer(clients: Clients, planned: Planned): Promise<string> {
  const { fault, isLeader, lastsUntilLed } = planned;
  clients.newRound();
  const leader = await servers.calm();
  await pass(CALM_MS);
  const followers = servers.all.filter((server) => server !== leader);
  const victim = isLeader ? leader : (followers[random.below(followers.length)] as Server);
  const began = performance.now();
  await fault.begin(victim);
  if (lastsUntilLed) await servers.ledByAnother(victim);
  else await pass(LEAST_FAULT_MS + random.below(MOST_FAULT_MS - LEAST_FAULT_MS));
  await pass(CALM_MS);
  await fault.end(victim);
  const healed = performance.now();
  await servers.calm();
  const silenceMs = clients.longestSilenceMs(began, servers.all.indexOf(victim));
  const [faultS, calmS] = [(healed - began) / 1000, (performance.now() - healed) / 1000];
  return (
    `${described(planned)} for ${faultS.toFixed(1)} s: ` +
    `${Math.round(silenceMs)} ms without a write, all serve ${calmS.toFixed(1)} s after its end`
  );
}

async function contents(server: Server): Promise<string> {
  const told = await Promise.all(
    EVERYTHING.map((target) => server.asker.get(`${target}${target.includes('?') ? '&' : '?'}stale`)),
  );
  return told.map(({ status, text }) => `${status} ${text}`).join('\n');
}

async function assertSame(): Promise<void> {
  let held: readonly string[] = [];
  await waitFor(async () => {
    held = await Promise.all(servers.all.map(contents));
    return new Set(held).size === 1;
  }, 'all servers to hold the same').catch(() => {
    for (const one of held) assert.equal(one, held[0]);
  });
}

async function run(context: TestContext): Promise<void> {
  await servers.start();
  const clients = new Clients(
    servers.all.map((server) => ({ asker: server.asker, life: () => server.life })),
    random,
  );
  clients.begin();
  const until = performance.now() + DURATION_MS;
  for (const planned of plan(random, ONLY)) {
    if (performance.now() > until) break;
    context.diagnostic(await suffer(clients, planned));
  }
  await clients.end();
  await servers.calm();
  await clients.readAll(random.below(SERVERS));
  context.diagnostic(JSON.stringify({ ...clients.seen, unknowns: Object.fromEntries(clients.unknowns) }));
  clients.check();
  await assertSame();
  // A run in which nobody was heard shows nothing; usually there are thirty times as many a minute.
  assert.ok(clients.seen.answered > DURATION_MS / 600, `${clients.seen.answered} operations answered`);
}

describe('five servers under load', { skip }, () => {
  after(() => servers.remove());

  it(`keep their word when one at a time fails (seed ${runSeed})`, async (context) => {
    try {
      await run(context);
    } catch (error) {
      throw new Error(`seed ${runSeed}: ${error instanceof Error ? error.message : error}\n${servers.lastLines}`);
    }
  });
});
