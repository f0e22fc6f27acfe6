// Two datacenters of two servers each, all on loopback, whose WAN pools one join brings together: the first server of one asks
// the first of the other. The second servers know the LAN pool only.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

export interface WanMember {
  readonly Name: string;
  readonly Status: number;
  readonly Tags: { readonly [tag: string]: string };
}
const ALIVE = 1;

export class TwoDatacenters {
  readonly servers = new Map<string, AgentProcess>();
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-wan-'));

  server(name: string): AgentProcess {
    const found = this.servers.get(name);
    if (found === undefined) throw new Error(`there is no server ${name}`);
    return found;
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
    const args = ['-server', `-datacenter=${datacenter}`, `-data-dir=${this.#folder}/${node}`, ...flags];
    const server = await startAgent({ node, args });
    this.servers.set(node, server);
    return server;
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
      await waitFor(async () => (await this.alive(name)).join() === expected.join(), what);
    }
  }

  /** Takes away what there is of it. */
  async stop(): Promise<void> {
    await Promise.all([...this.servers.values()].map((server) => server.kill()));
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}
