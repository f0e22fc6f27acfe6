// The DNS kit asked of client agents: a server's catalog is filled over HTTP, and the questions go to a client of it. One server
// for all scenarios, whose names don't clash; a client of its own for each that has settings.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type AgentProcess, startAgent } from '../agent-process.js';
import { type DnsScenario, dnsScenarios } from './dns-scenarios.js';
import { holdKit, kitFolder } from './kit.js';
import { readReplay, runReplayer } from './replayer.js';
import type { Outcome } from './standing.js';
import { waiting } from './waiting/dns.js';

class ServerAndClient {
  readonly #folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-dns-client-'));
  #server: AgentProcess | null = null;
  #client: AgentProcess | null = null;
  #config = '';
  #clients = 0;

  async use({ config }: DnsScenario): Promise<{ server: AgentProcess; client: AgentProcess }> {
    this.#server ??= await startAgent({ args: ['-dev', '-log-level=warn'], node: 'agent-one' });
    const text = JSON.stringify(config ?? {});
    if (this.#client === null || this.#config !== text) {
      await this.#client?.stop();
      this.#client = null;
      this.#client = await this.#start(this.#server, text);
      this.#config = text;
    }
    return { server: this.#server, client: this.#client };
  }

  /** Behind the server in the order of names: a reverse lookup names the first node of an address. */
  #start(server: AgentProcess, config: string): Promise<AgentProcess> {
    const node = `zz-client-${this.#clients++}`;
    const file = path.join(this.#folder, `${node}.json`);
    fs.writeFileSync(file, config);
    const join = `-retry-join=127.0.0.1:${server.ports.serfLan}`;
    const args = [`-data-dir=${path.join(this.#folder, node)}`, '-log-level=warn', `-config-file=${file}`, join];
    return startAgent({ args, node });
  }

  async close(): Promise<void> {
    await this.#client?.stop();
    await this.#server?.stop();
    fs.rmSync(this.#folder, { recursive: true, force: true });
  }
}

const agents = new ServerAndClient();
const folder = kitFolder('dns');

async function replay({ name, ...scenario }: DnsScenario): Promise<Outcome> {
  const { server, client } = await agents.use({ name, ...scenario });
  const file = path.join(folder, 'scenarios', `${name}.json`);
  const from = ['--http', server.http, '--dns', `127.0.0.1:${client.ports.dns}`];
  const args = [...from, '--server-port', String(server.ports.server), '--scenarios', file, '--only', name, '-v'];
  const { output, isLate } = await runReplayer(path.join(folder, 'replay.mjs'), args);
  return readReplay(output, isLate);
}

const ordered = dnsScenarios()
  // The replayer's resolver is for the agent that it starts itself.
  .filter(({ hasRecursor }) => !hasRecursor)
  // Those without settings share a client.
  .sort((a, b) => Number(a.config !== null) - Number(b.config !== null));

holdKit({
  name: 'dns on a client',
  scenarios: ordered,
  waiting: Object.fromEntries(ordered.flatMap(({ name }) => (waiting[name] ? [[name, waiting[name]]] : []))),
  replay,
  concurrency: 1,
  close: () => agents.close(),
});
