// Three servers that are started together and join each other again and again until they are a cluster, and a client agent
// beside them where one is wanted: all of them on loopback, with default settings, one encrypted pool.

import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentPorts, type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';

const SERVERS = 3;

interface RaftServer {
  readonly Address: string;
  readonly Leader: boolean;
  readonly Voter: boolean;
}

export class ThreeServers {
  readonly servers: AgentProcess[] = [];
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-three-'));
  readonly #common: readonly string[];
  readonly #serverFlags: (at: number) => readonly string[];
  readonly #token: string;
  #ports: readonly AgentPorts[] = [];
  #client: AgentProcess | null = null;
  readonly #clients: AgentProcess[] = [];

  /**
   * `flags`: of each agent; `key`: of their pools, in base64; `token`: of all requests, where they have ACLs; `serverFlags`: of the
   * server at a place, beside the others.
   */
  constructor(
    flags: readonly string[] = [],
    key = randomBytes(32).toString('base64'),
    token = '',
    serverFlags: (at: number) => readonly string[] = () => [],
  ) {
    this.#token = token;
    this.#serverFlags = serverFlags;
    this.#common = [`-encrypt=${key}`, ...flags];
  }

  get client(): AgentProcess {
    if (this.#client === null) throw new Error('the client agent was not started');
    return this.#client;
  }

  /** {@link stop} has to follow it, whatever happens. Resolves when all servers vote and the client is in the catalog. */
  async start(): Promise<void> {
    await this.startServers();
    await this.settled();
    this.use(await this.startAnother('client'));
  }

  /** What is asked as the client. */
  use(client: AgentProcess): void {
    this.#client = client;
  }

  /** A client agent, as soon as it is in the catalog. */
  async startAnother(node: string, flags: readonly string[] = []): Promise<AgentProcess> {
    const join = this.#ports.map(({ serfLan }) => `-retry-join=127.0.0.1:${serfLan}`);
    const args = [`-data-dir=${this.#folder}/${node}`, ...this.#common, ...flags, ...join];
    const client = await startAgent({ node, args, token: this.#token });
    this.#clients.push(client);
    return client;
  }

  /** Resolves when they answer, which they do before there is a leader. Once they have ended they start with what they had. */
  async startServers(): Promise<void> {
    if (this.#ports.length === 0) {
      this.#ports = await Promise.all(Array.from({ length: SERVERS }, () => choosePorts()));
    }
    // None of them is left starting when one can't.
    const starts = await Promise.allSettled(this.#ports.map((_, at) => this.startAgain(at)));
    for (const outcome of starts) if (outcome.status === 'rejected') throw outcome.reason;
  }

  /** The server at this place, with the ports and the data it had. */
  async startAgain(at: number): Promise<void> {
    const join = this.#ports.map(({ serfLan }) => `-retry-join=127.0.0.1:${serfLan}`);
    const args = ['-server', `-bootstrap-expect=${SERVERS}`, `-data-dir=${this.#folder}/server-${at}`];
    this.servers[at] = await startAgent({
      node: `server-${at}`,
      ports: this.#ports[at] as AgentPorts,
      args: [...args, ...this.#common, ...this.#serverFlags(at), ...join],
      waitForLeader: false,
      token: this.#token,
    });
  }

  /** The place of the leader that all servers which run name. */
  async leader(): Promise<number> {
    const running = this.servers.filter(({ exited }) => exited === null);
    let place = -1;
    const isNamed = async (): Promise<boolean> => {
      const named = new Set(await Promise.all(running.map((server) => leaderSeenBy(server))));
      place = this.servers.findIndex(({ ports }) => named.has(`127.0.0.1:${ports.server}`));
      return named.size === 1 && place >= 0;
    };
    await waitFor(isNamed, 'a leader that all servers name');
    return place;
  }

  /** Until all servers name one leader and have a vote. */
  async settled(): Promise<void> {
    await waitFor(async () => {
      const asked = this.servers[await this.leader()];
      const answer = await asked?.request('GET', '/v1/operator/raft/configuration').catch(() => null);
      if (answer?.status !== 200) return false;
      const { Servers: known } = JSON.parse(answer.text) as { readonly Servers: readonly RaftServer[] };
      return known.length === SERVERS && known.every(({ Voter: votes }) => votes) && known.some((one) => one.Leader);
    }, 'all servers to vote');
  }

  /** Takes away what there is of it. */
  async stop(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.stop()));
    await Promise.all(this.servers.map((server) => server.kill()));
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

async function leaderSeenBy(server: AgentProcess): Promise<string> {
  const answer = await server.request('GET', '/v1/status/leader').catch(() => null);
  return answer?.status === 200 ? (JSON.parse(answer.text) as string) : '';
}
