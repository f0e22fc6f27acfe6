// A fleet of client agents on three servers, each with services of its own: what an agent takes, what the servers do for them at
// rest, and how long a change of one agent's service takes to reach those who watch at all the others. A part of the agents are
// whole ones; of the others the servers see all that they see of an agent: a member of the pool, services in the catalog, a
// connection with a blocking query. Two hundred processes would want both cores of a small machine for resting.

import { randomUUID } from 'node:crypto';
import { instancesOf } from '../../src/workers/state/methods/catalog/health.js';
import { type Agent, choosePorts, delay, waitFor } from '../agent.js';
import { type LedCluster, startCluster } from '../cluster.js';
import type { FleetMembersCommand } from '../load/fleet-members.js';
import type { FleetWatchCommand, FleetWatchResult } from '../load/fleet-watch.js';
import { absoluteMs, LoadProcess } from '../load/load-process.js';
import type { RpcWaitCommand, RpcWaitResult } from '../load/rpc-wait-client.js';
import { underLoad } from '../load-usage.js';
import { readShareBytes } from '../process-usage.js';
import type { Row, Run, Sample } from '../row.js';

const AGENTS = 200;
const WHOLE = 20;
const SERVICES_EACH = 25;
/** So many instances has each service, on as many agents. */
const INSTANCES = 10;
const NAMES = (AGENTS * SERVICES_EACH) / INSTANCES;
const STARTS_AT_A_TIME = 4;
const REST_SECONDS = 30;
const READY_DEADLINE_MS = 300_000;
const SYNC_DEADLINE_MS = 300_000;
/** From the last query sent to all of them waiting. */
const ARRIVE_MS = 2_000;
const WATCHED = 'service-0';
const TARGET = `/v1/health/service/${WATCHED}?passing`;

interface Loads {
  readonly members: LoadProcess<FleetMembersCommand, null>;
  readonly watcher: LoadProcess<FleetWatchCommand, FleetWatchResult>;
  readonly waiter: LoadProcess<RpcWaitCommand, RpcWaitResult>;
}

/** Services of the `agent`-th: those of an agent have different names. */
function servicesOf(agent: number): readonly { readonly id: string; readonly name: string; readonly port: number }[] {
  return Array.from({ length: SERVICES_EACH }, (_, i) => {
    const number = agent * SERVICES_EACH + i;
    return { id: `instance-${number}`, name: `service-${number % NAMES}`, port: 9_000 + i };
  });
}

/** In the order of their numbers, whichever was ready first. */
async function startWhole(run: Run, { join }: LedCluster): Promise<Agent[]> {
  const agents: Agent[] = [];
  let begun = 0;
  const starter = async (): Promise<void> => {
    while (begun < WHOLE) {
      const number = begun;
      begun += 1;
      const ports = await choosePorts();
      agents[number] = await run.startAgent({
        mode: 'client',
        config: { services: servicesOf(number), retry_interval: '1s', leave_on_terminate: false },
        readyWithinMs: READY_DEADLINE_MS,
        place: { node: `client-${number}`, ports, join, expect: 0 },
      });
    }
  };
  await Promise.all(Array.from({ length: STARTS_AT_A_TIME }, starter));
  return agents;
}

/** An agent and its services come to the catalog as one transaction. */
async function bringOthers({ leader, join }: LedCluster, { members }: Loads): Promise<void> {
  const others = Array.from({ length: AGENTS - WHOLE }, (_, i) => ({ name: `client-${WHOLE + i}`, id: randomUUID() }));
  for (const [i, { name, id }] of others.entries()) {
    const services = servicesOf(WHOLE + i).map(({ id: ID, name: Service, port: Port }) => ({
      Service: { Verb: 'set', Node: name, Service: { ID, Service, Port } },
    }));
    const node = { Node: { Verb: 'set', Node: { Node: name, ID: id, Address: '127.0.0.1' } } };
    await leader.put('/v1/txn', JSON.stringify([node, ...services]));
  }
  await members.call({ members: others, servers: join });
}

async function untilComplete({ leader }: LedCluster): Promise<void> {
  const isComplete = async (): Promise<boolean> => {
    const services = (await leader.json('/v1/catalog/services')) as { [name: string]: unknown };
    const names = Object.keys(services).filter((name) => name.startsWith('service-'));
    const healthy = (await leader.json('/v1/health/state/passing')) as readonly { readonly CheckID: string }[];
    const last = (await leader.json(`/v1/catalog/node/client-${WHOLE - 1}`)) as { Services: object } | null;
    const known = healthy.filter(({ CheckID }) => CheckID === 'serfHealth').length;
    return known >= AGENTS && names.length === NAMES && Object.keys(last?.Services ?? {}).length === SERVICES_EACH;
  };
  await waitFor(isComplete, 'all agents and services in the catalog', SYNC_DEADLINE_MS, 500);
}

/** How long each of all agents took to hear of a change, in order, ms. */
async function change(
  { servers, leader }: LedCluster,
  agents: readonly Agent[],
  { watcher, waiter }: Loads,
): Promise<() => Promise<number[]>> {
  const ports = agents.map((agent) => agent.ports.http);
  await watcher.call({ do: 'watch', ports, target: TARGET });
  const { headers } = await fetch(`${leader.url}${TARGET}`);
  await waiter.call({
    do: 'wait',
    ports: servers.map((server) => server.ports.server),
    count: AGENTS - WHOLE,
    method: 'Health.ServiceNodes',
    request: { ...instancesOf(WATCHED), health: 'passing' },
    index: Number(headers.get('x-consul-index')),
    consistency: 'default',
  });
  await delay(ARRIVE_MS);
  await waiter.call({ do: 'expect' });
  return async () => {
    const beganMs = absoluteMs();
    const service = { ID: 'instance-0', Name: WATCHED, Port: 8_999 };
    await agents[0]?.put('/v1/agent/service/register', JSON.stringify(service));
    const heard = await Promise.all([
      watcher.call({ do: 'collect', ports, target: TARGET }),
      waiter.call({ do: 'collect' }),
    ]);
    return heard.flatMap(({ answeredMs }) => answeredMs.map((ms) => ms - beganMs)).sort((a, b) => a - b);
  };
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, one) => sum + one, 0) / values.length;
}

async function measure(run: Run, loads: Loads): Promise<Sample> {
  const beganMs = performance.now();
  const cluster = await startCluster(run, {
    limits: { rpc_max_conns_per_client: 2 * AGENTS, http_max_conns_per_client: 1_000 },
  });
  const agents = await startWhole(run, cluster);
  run.say('bringing the others');
  await bringOthers(cluster, loads);
  await untilComplete(cluster);
  const upMs = performance.now() - beganMs;
  run.say('at rest');
  await delay(REST_SECONDS * 1000);
  const pids = agents.map(({ pid }) => pid);
  const { result: atServers, usage: atAgents } = await underLoad(pids, async () => {
    const { usage } = await underLoad(cluster.pids, () => delay(REST_SECONDS * 1000));
    return usage;
  });
  run.say('watching');
  const makeChange = await change(cluster, agents, loads);
  const { result, usage } = await underLoad([...cluster.pids, ...pids], makeChange);
  return {
    values: {
      lastMs: result.at(-1) ?? 0,
      medianMs: result[result.length >> 1] ?? 0,
      upSeconds: upMs / 1000,
      agentShareMb: meanOf(pids.map(readShareBytes)) / 1e6,
      agentRssMb: meanOf(agents.map((agent) => agent.memory().rssBytes)) / 1e6,
      serverRssMb: Math.max(...cluster.servers.map((server) => server.memory().rssBytes)) / 1e6,
      agentRestMs: (atAgents.serverCpuSeconds / REST_SECONDS / WHOLE) * 1000,
      serversRestMs: (atServers.serverCpuSeconds / REST_SECONDS) * 1000,
    },
    usage,
  };
}

export const fleetRow: Row = {
  id: 'fleet',
  what: `${AGENTS} client agents, ${WHOLE} of them whole, with ${(AGENTS * SERVICES_EACH).toLocaleString('en')} services on three servers`,
  dependsOnEngine: false,
  hasPeer: true,
  isOnlyNamed: true,
  metrics: [
    {
      key: 'lastMs',
      title: 'a change, at the last agent',
      unit: 'ms',
      better: 'lower',
      goal: { kind: 'at-most', value: 2000 },
    },
    { key: 'medianMs', title: 'a change, at half of them', unit: 'ms', better: 'lower' },
    { key: 'upSeconds', title: 'from the first start until all is in the catalog', unit: 's', better: 'lower' },
    { key: 'agentShareMb', title: 'an agent, shared pages divided', unit: 'MB', better: 'lower' },
    { key: 'agentRssMb', title: 'an agent, RSS', unit: 'MB', better: 'lower' },
    { key: 'serverRssMb', title: 'the largest server, RSS', unit: 'MB', better: 'lower' },
    { key: 'agentRestMs', title: 'at rest, CPU of an agent a second', unit: 'ms', better: 'lower' },
    { key: 'serversRestMs', title: 'at rest, CPU of servers a second', unit: 'ms', better: 'lower' },
  ],
  async run(run) {
    const loads: Loads = {
      members: new LoadProcess(new URL('../load/fleet-members.js', import.meta.url)),
      watcher: new LoadProcess(new URL('../load/fleet-watch.js', import.meta.url)),
      waiter: new LoadProcess(new URL('../load/rpc-wait-client.js', import.meta.url)),
    };
    try {
      return await measure(run, loads);
    } finally {
      for (const load of Object.values(loads)) load.stop();
    }
  },
};
