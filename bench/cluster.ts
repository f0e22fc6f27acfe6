// Three servers of one subject that begin a cluster together, as their user starts them: one is told of the others, and they
// find out who leads.

import { type Agent, type AgentPorts, choosePorts, waitFor } from './agent.js';
import type { Run } from './row.js';

const SERVERS = 3;
const LEADER_DEADLINE_MS = 120_000;
const POLL_MS = 10;

export interface Cluster {
  readonly servers: readonly Agent[];
  readonly pids: readonly number[];
  /** Addresses of the servers' LAN pool. */
  readonly join: readonly string[];
}

/** The leader's address as this agent has it; "" when it knows none or doesn't answer. */
export async function leaderSeenBy(agent: Agent): Promise<string> {
  const text = await agent.get('/v1/status/leader').catch(() => '');
  return text.replaceAll('"', '').trim();
}

/** Starts them at the same moment. Nobody is waited for. */
export async function startServers(
  run: Pick<Run, 'startAgent'>,
  config: { readonly [key: string]: unknown },
): Promise<Cluster> {
  const all: AgentPorts[] = [];
  for (let i = 0; i < SERVERS; i += 1) all.push(await choosePorts());
  const join = all.map(({ serfLan }) => `127.0.0.1:${serfLan}`);
  const servers = await Promise.all(
    all.map((ports, i) =>
      run.startAgent({
        mode: 'server',
        config,
        waitFor: 'nothing',
        place: { node: `server-${i + 1}`, ports, join, expect: SERVERS },
      }),
    ),
  );
  return { servers, pids: servers.map(({ pid }) => pid), join };
}

/** Resolves with the server that all of them name. */
export async function leaderOf(servers: readonly Agent[]): Promise<Agent> {
  let found: Agent | undefined;
  await waitFor(
    async () => {
      const ended = servers.find((server) => server.isLost);
      if (ended !== undefined) throw new Error(`a server ended\n${ended.logTail()}`);
      const seen = await Promise.all(servers.map(leaderSeenBy));
      found = servers.find(({ ports }) => seen.every((address) => address.endsWith(`:${ports.server}`)));
      return found !== undefined;
    },
    'a leader that all servers name',
    LEADER_DEADLINE_MS,
    POLL_MS,
  );
  return found as Agent;
}

export interface LedCluster extends Cluster {
  readonly leader: Agent;
  readonly follower: Agent;
}

/** Ready: every server takes a write. Retries are short, so that a peer whose first join fails isn't waited for half a minute. */
export async function startCluster(
  run: Pick<Run, 'startAgent'>,
  config: { readonly [key: string]: unknown } = {},
): Promise<LedCluster> {
  const cluster = await startServers(run, { retry_interval: '2s', ...config });
  const leader = await leaderOf(cluster.servers);
  for (const server of cluster.servers) {
    const takesWrites = (): Promise<boolean> =>
      server.put('/v1/kv/bench/ready', 'x').then(
        () => true,
        () => false,
      );
    await waitFor(takesWrites, 'a server to take writes', LEADER_DEADLINE_MS, POLL_MS);
  }
  const follower = cluster.servers.find((server) => server !== leader);
  if (follower === undefined) throw new Error('all servers are the leader');
  return { ...cluster, leader, follower };
}
