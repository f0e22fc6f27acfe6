// Two datacenters of two servers each, all on loopback, whose WAN pools one join brings together: the first server of one asks
// the first of the other. The second servers know the LAN pool only, and so does the client agent where one is wanted.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

interface WanMember {
  readonly Name: string;
  readonly Status: number;
}
const ALIVE = 1;
/** Nothing but answers about the other datacenter is another one by it. */
const TRANSLATED = ['-hcl', 'translate_wan_addrs = true'];
/** News that gossip lost comes with the next exchange of states, which is up to a minute away. */
const EXCHANGE_DEADLINE_MS = 150_000;

export class TwoDatacenters {
  readonly servers = new Map<string, AgentProcess>();
  #client: AgentProcess | null = null;
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-wan-'));

  server(name: string): AgentProcess {
    const found = this.servers.get(name);
    if (found === undefined) throw new Error(`there is no server ${name}`);
    return found;
  }

  readonly #common: readonly string[];

  /** `flags`: of each agent. */
  constructor(flags: readonly string[] = []) {
    this.#common = [...TRANSLATED, ...flags];
  }

  /** {@link stop} has to follow it, whatever happens. Resolves when each datacenter has a leader. */
  async start(): Promise<void> {
    await Promise.all(['dc1', 'dc2'].map((datacenter) => this.#startDatacenter(datacenter)));
  }

  async #startDatacenter(datacenter: string): Promise<void> {
    const first = await this.#start(`${datacenter}-a`, datacenter, ['-bootstrap']);
    await this.#start(`${datacenter}-b`, datacenter, [`-retry-join=127.0.0.1:${first.ports.serfLan}`]);
  }

  async #start(node: string, datacenter: string, flags: readonly string[]): Promise<AgentProcess> {
    const place = ['-server', `-datacenter=${datacenter}`, `-data-dir=${this.#folder}/${node}`];
    const args = [...place, ...this.#common, ...flags];
    const server = await startAgent({ node, args });
    this.servers.set(node, server);
    return server;
  }

  /** Resolves when all servers know all. */
  async joinWan(): Promise<void> {
    const { ports } = this.server('dc2-a');
    const joined = await this.server('dc1-a').request('PUT', `/v1/agent/join/127.0.0.1:${ports.serfWan}?wan=1`);
    if (joined.status !== 200) throw new Error(joined.text);
    const all = ['dc1-a.dc1', 'dc1-b.dc1', 'dc2-a.dc2', 'dc2-b.dc2'];
    await this.untilAlive([...this.servers.keys()], all);
  }

  /** A client agent of dc1, as soon as it is in the catalog. */
  async startClient(): Promise<AgentProcess> {
    const join = `-retry-join=127.0.0.1:${this.server('dc1-a').ports.serfLan}`;
    const args = [`-data-dir=${this.#folder}/client`, join, ...this.#common];
    this.#client = await startAgent({ node: 'client', args });
    return this.#client;
  }

  /** Of the WAN pool, as this server sees it. */
  async alive(name: string): Promise<readonly string[]> {
    const members = (await this.server(name).json('/v1/agent/members?wan=1')) as readonly WanMember[];
    return members
      .filter(({ Status }) => Status === ALIVE)
      .map(({ Name }) => Name)
      .sort();
  }

  /** Until these are the members of the WAN pool that are alive for each of them. */
  async untilAlive(names: readonly string[], expected: readonly string[]): Promise<void> {
    for (const name of names) {
      const what = `the WAN pool of ${name} to be ${expected.join()}`;
      await waitFor(async () => (await this.alive(name)).join() === expected.join(), what, EXCHANGE_DEADLINE_MS);
    }
  }

  /** Takes away what there is of it. */
  async stop(): Promise<void> {
    await this.#client?.kill();
    await Promise.all([...this.servers.values()].map((server) => server.kill()));
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
