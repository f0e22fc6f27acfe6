// The tutorial's registration loop through a client agent, while its servers are killed with -9 and come back, one at a time and
// the leader among them; in the end the client dies, too. What was acknowledged is in the catalog of every server, once and with
// the right health, and nothing is left of what was deregistered. `LICTOR_LOOP_MS` says how long, `LICTOR_SEED` repeats the choices.

import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { after, before, describe, it, type TestContext } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { Random, runSeed } from '../../random.js';
import type { Host } from './hosts.js';
import { Registrations } from './registrations.js';
import { TutorialServers } from './tutorial-servers.js';

const DURATION_MS = Number(process.env['LICTOR_LOOP_MS'] ?? 20_000);
const EXPORTER = '/usr/bin/prometheus-node-exporter';
const CHECK_PORT = 9100;
/** The loop's is 30s, for which this test has no time. */
const CHECK_INTERVAL = '5s';
/** Until the catalog is right, once all servers are back: a round of anti-entropy that failed is repeated after a while. */
const DEADLINE_MS = 90_000;
/** Serf's numbers for members that are gone. */
const LEFT = 3;
const FAILED = 4;

const random = new Random(runSeed);
const servers = new TutorialServers('loop', 2);
const [client, doomed] = servers.others as [Host, Host];
const exporters = new Map<Host, ChildProcess>();
const registrations = new Registrations({
  host: client,
  folder: servers.folder,
  addresses: [client.address, doomed.address, servers.hosts[0]?.address ?? ''],
  checkPort: CHECK_PORT,
  checkInterval: CHECK_INTERVAL,
  random,
});
const hasExporter = fs.existsSync(EXPORTER);
const skip = hasExporter || process.env['CI'] !== undefined ? false : 'prometheus-node-exporter is not installed';

async function answers(host: Host, target: string): Promise<boolean> {
  return (await host.http('GET', `http://127.0.0.1:8500${target}`)).status === 200;
}

async function ask(host: Host, target: string): Promise<unknown> {
  const { status, text } = await host.http('GET', `http://127.0.0.1:8500${target}`);
  assert.equal(status, 200, `${target}: ${text}`);
  return JSON.parse(text);
}

function startClient(): void {
  servers.start(client, '-log-level=warn');
}

async function startAll(): Promise<void> {
  assert.ok(hasExporter, 'prometheus-node-exporter is not installed');
  servers.create();
  for (const host of servers.others) {
    exporters.set(host, host.spawn(EXPORTER, [`--web.listen-address=:${CHECK_PORT}`, '--collector.disable-defaults']));
  }
  for (const host of servers.hosts) servers.startServer(host);
  startClient();
  for (const host of [...servers.hosts, client]) {
    await waitFor(() => answers(host, '/v1/agent/self'), 'the agent to answer');
  }
  const [first, ...others] = servers.hosts as [Host, Host, Host];
  for (const host of [...others, client]) assert.equal((await host.lictor('join', first.address)).code, 0);
  await servers.commonLeader(...servers.hosts);
  await servers.allVote(first);
}

/** Kills one, and starts it again: at once when it has a successor, or when everybody knows it is gone. */
async function killOne(isLeader: boolean, isLong: boolean): Promise<string> {
  const leader = await servers.commonLeader(...servers.hosts);
  const followers = servers.hosts.filter((host) => host !== leader);
  const dead = isLeader ? leader : (followers[random.below(followers.length)] as Host);
  const living = servers.hosts.filter((host) => host !== dead);
  const [asked] = living as [Host, Host];
  await servers.stop(dead, 'SIGKILL');
  await waitFor(async () => (await servers.commonLeader(...living)) !== dead, 'another leader');
  if (isLong) {
    await waitFor(async () => {
      const members = (await ask(asked, '/v1/agent/members')) as readonly { Addr: string; Status: number }[];
      // Autopilot makes a server leave that it finds dead while a majority of the voters is left.
      return members.every(({ Addr, Status }) => Addr !== dead.address || Status === LEFT || Status === FAILED);
    }, 'the death to be noticed');
  }
  servers.startServer(dead);
  await waitFor(() => answers(dead, '/v1/catalog/nodes'), 'the server that is back to answer');
  await servers.commonLeader(...servers.hosts);
  await servers.allVote(asked);
  return `${isLeader ? 'the leader' : 'a follower'} ${isLong ? 'for long' : 'shortly'}`;
}

/** Right after the last acknowledgement. */
async function killLeaderAndClient(): Promise<void> {
  const leader = await servers.commonLeader(...servers.hosts);
  await Promise.all([leader, client].map((host) => servers.stop(host, 'SIGKILL')));
  servers.startServer(leader);
  startClient();
  await waitFor(() => answers(client, '/v1/catalog/nodes'), 'the client that is back to answer');
  await servers.commonLeader(...servers.hosts);
}

/** A line for each service that a server has in its own copy of the catalog, with its node and its checks. */
async function catalogOf(server: Host): Promise<string[]> {
  const nodes = (await ask(server, '/v1/catalog/nodes?stale')) as readonly { Node: string }[];
  const checks = (await ask(server, '/v1/health/state/any?stale')) as readonly {
    Node: string;
    ServiceID: string;
    Status: string;
  }[];
  const statuses = new Map<string, string>();
  for (const { Node: node, ServiceID: id, Status: status } of checks) {
    const place = `${node} ${id}`;
    statuses.set(place, `${statuses.get(place) ?? ''} ${status}`);
  }
  const lines: string[] = [];
  for (const { Node: node } of nodes) {
    const target = `/v1/catalog/node-services/${node}?stale`;
    const { Services: services } = (await ask(server, target)) as { Services: readonly { ID: string }[] };
    for (const { ID: id } of services) if (id !== 'consul') lines.push(`${node} ${id}${statuses.get(`${node} ${id}`)}`);
  }
  return lines.sort();
}

function expected(): string[] {
  const statusOf = (address: string) => (address === client.address ? 'passing' : 'critical');
  const name = servers.nameOf(client);
  return [...registrations.standing].map(([id, address]) => `${name} ${id} ${statusOf(address)}`).sort();
}

async function assertRight(): Promise<void> {
  const right = expected();
  for (const server of servers.hosts) {
    let told: readonly string[] = [];
    const isRight = async (): Promise<boolean> => {
      told = await catalogOf(server);
      return told.join('\n') === right.join('\n');
    };
    await waitFor(isRight, 'the catalog to be right', DEADLINE_MS).catch(() => {
      const missing = right.filter((line) => !told.includes(line));
      const wrong = told.filter((line) => !right.includes(line));
      assert.deepEqual({ missing, wrong }, { missing: [], wrong: [] }, servers.nameOf(server));
    });
  }
  const own = (await ask(client, '/v1/agent/services')) as Record<string, unknown>;
  assert.deepEqual(Object.keys(own).sort(), [...registrations.standing.keys()].sort());
}

async function run(context: TestContext): Promise<void> {
  registrations.begin();
  const until = performance.now() + DURATION_MS;
  for (let round = 0; round < 3 || performance.now() < until; round += 1) {
    // The leader, the next leader, then a follower that is seen to be gone; after that as it comes.
    const isLeader = round < 2 || (round > 2 && random.chance(0.5));
    const began = performance.now();
    const what = await killOne(isLeader, round === 2 || (round > 2 && random.chance(0.3)));
    if (round === 0) exporters.get(doomed)?.kill('SIGKILL');
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    context.diagnostic(`${what}: ${seconds} s, ${registrations.acknowledged} calls acknowledged so far`);
  }
  await registrations.end();
  await killLeaderAndClient();
  await assertRight();
  context.diagnostic(`${registrations.standing.size} services stand`);
  // A loop that got nothing done shows nothing.
  assert.ok(registrations.standing.size > 30 && registrations.acknowledged > registrations.standing.size);
}

describe("the tutorial's registration loop through a client agent", { skip }, () => {
  before(startAll);
  after(async () => {
    for (const exporter of exporters.values()) exporter.kill('SIGKILL');
    // Where the test failed it still goes on, and its hosts must not be gone before it.
    await registrations.end().catch(() => undefined);
    await servers.remove();
  });

  it(`loses nothing while servers die and come back (seed ${runSeed})`, async (context) => {
    try {
      await run(context);
    } catch (error) {
      const logs = [...servers.hosts, client].map((host) => `--- ${servers.nameOf(host)}\n${servers.logOf(host)}`);
      throw new Error(`seed ${runSeed}: ${error instanceof Error ? error.message : error}\n${logs.join('\n')}`);
    }
  });
});
