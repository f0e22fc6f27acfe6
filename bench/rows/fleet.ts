// A fleet of whole client agents on three servers, each with services of its own: what an agent takes, what the servers do for
// them at rest, and how long a change of one agent's service takes to reach those who watch at all the others.

import { type Agent, choosePorts, delay, waitFor } from '../agent.js';
import { type LedCluster, startCluster } from '../cluster.js';
import type { FleetWatchCommand, FleetWatchResult } from '../load/fleet-watch.js';
import { absoluteMs, LoadProcess } from '../load/load-process.js';
import { underLoad } from '../load-usage.js';
import { readShareBytes } from '../process-usage.js';
import type { Row, Run, Sample } from '../row.js';

const AGENTS = 200;
const SERVICES_EACH = 25;
/** So many instances has each service, on as many agents. */
const INSTANCES = 10;
const NAMES = (AGENTS * SERVICES_EACH) / INSTANCES;
const STARTS_AT_A_TIME = 4;
const REST_SECONDS = 30;
const READY_DEADLINE_MS = 300_000;
const SYNC_DEADLINE_MS = 600_000;
const TARGET = '/v1/health/service/service-0?passing';

type Watcher = LoadProcess<FleetWatchCommand, FleetWatchResult>;

/** Services of the `agent`-th: those of an agent have different names. */
function servicesOf(agent: number): readonly { readonly id: string; readonly name: string; readonly port: number }[] {
  return Array.from({ length: SERVICES_EACH }, (_, i) => {
    const number = agent * SERVICES_EACH + i;
    return { id: `instance-${number}`, name: `service-${number % NAMES}`, port: 9_000 + i };
  });
}

/** In the order of their numbers, whichever was ready first. */
async function startFleet(run: Run, { join }: LedCluster): Promise<Agent[]> {
  const agents: Agent[] = [];
  let begun = 0;
  const starter = async (): Promise<void> => {
    while (begun < AGENTS) {
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

async function measure(run: Run, watcher: Watcher): Promise<Sample> {
  const cluster = await startCluster(run, {
    limits: { rpc_max_conns_per_client: 2 * AGENTS, http_max_conns_per_client: 1_000 },
  });
  const agents = await startFleet(run, cluster);
  run.say('bringing the services to the catalog');
  const isSynced = async (): Promise<boolean> => {
    const services = (await cluster.leader.json('/v1/catalog/services')) as { [name: string]: unknown };
    const names = Object.keys(services).filter((name) => name.startsWith('service-'));
    const last = (await cluster.leader.json(`/v1/catalog/node/client-${AGENTS - 1}`)) as { Services: object } | null;
    return names.length === NAMES && Object.keys(last?.Services ?? {}).length === SERVICES_EACH;
  };
  await waitFor(isSynced, 'all services in the catalog', SYNC_DEADLINE_MS, 500);
  run.say('at rest');
  await delay(REST_SECONDS * 1000);
  const pids = agents.map(({ pid }) => pid);
  const { result: atServers, usage: atAgents } = await underLoad(pids, async () => {
    const { usage } = await underLoad(cluster.pids, () => delay(REST_SECONDS * 1000));
    return usage;
  });
  run.say('watching');
  const ports = agents.map((agent) => agent.ports.http);
  await watcher.call({ do: 'watch', ports, target: TARGET });
  const { result, usage } = await underLoad([...cluster.pids, ...pids], async () => {
    const beganMs = absoluteMs();
    await agents[0]?.put(
      '/v1/agent/service/register',
      JSON.stringify({ ID: 'instance-0', Name: 'service-0', Port: 8_999 }),
    );
    const { answeredMs } = await watcher.call({ do: 'collect', ports, target: TARGET });
    return answeredMs.map((ms) => ms - beganMs);
  });
  const shares = pids.map(readShareBytes);
  const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  return {
    values: {
      agentShareMb: mean(shares) / 1e6,
      agentRssMb: mean(agents.map((agent) => agent.memory().rssBytes)) / 1e6,
      serverRssMb: Math.max(...cluster.servers.map((server) => server.memory().rssBytes)) / 1e6,
      agentRestMs: (atAgents.serverCpuSeconds / REST_SECONDS / AGENTS) * 1000,
      serversRestMs: (atServers.serverCpuSeconds / REST_SECONDS) * 1000,
      medianMs: result[result.length >> 1] ?? 0,
      lastMs: result.at(-1) ?? 0,
    },
    usage,
  };
}

export const fleetRow: Row = {
  id: 'fleet',
  what: `${AGENTS} client agents with ${(AGENTS * SERVICES_EACH).toLocaleString('en')} services on three servers`,
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
    { key: 'agentShareMb', title: 'an agent, shared pages divided', unit: 'MB', better: 'lower' },
    { key: 'agentRssMb', title: 'an agent, RSS', unit: 'MB', better: 'lower' },
    { key: 'serverRssMb', title: 'the largest server, RSS', unit: 'MB', better: 'lower' },
    { key: 'agentRestMs', title: 'at rest, CPU of an agent a second', unit: 'ms', better: 'lower' },
    { key: 'serversRestMs', title: 'at rest, CPU of servers a second', unit: 'ms', better: 'lower' },
  ],
  async run(run) {
    const watcher: Watcher = new LoadProcess(new URL('../load/fleet-watch.js', import.meta.url));
    try {
      return await measure(run, watcher);
    } finally {
      watcher.stop();
    }
  },
};
