// The agents of the HTTP kit: one at a time, of the kind that the next scenario needs; a new one where the last is gone.

import fs from 'node:fs';
import path from 'node:path';
import { type AgentProcess, startAgent, waitFor } from '../agent-process.js';
import { startWithReaders } from '../integration/readers/readers.js';
import { kitFolder } from './kit.js';

const ANSWER_DEADLINE_MS = 60_000;

/** What a scenario is replayed against. */
export interface Asked {
  readonly agent: AgentProcess;
  /** Stops it, and whatever stands beside it. */
  stop(): Promise<void>;
}

export class KindsOfAgents {
  readonly #start: (kind: string) => Promise<Asked>;
  #kind = '';
  /** The agent, or what it said when it didn't start. */
  #asked: Asked | string | null = null;

  constructor(start: (kind: string) => Promise<Asked>) {
    this.#start = start;
  }

  async use(kind: string): Promise<AgentProcess | string> {
    if (this.#asked === null || this.#kind !== kind) {
      await this.close();
      this.#kind = kind;
      this.#asked = await this.#start(kind).catch((error: unknown) => String(error));
    }
    return typeof this.#asked === 'string' ? this.#asked : this.#asked.agent;
  }

  /** What became of the agent, if it ended or answers nothing any more; null when it is well. */
  async lost(deadlineMs = ANSWER_DEADLINE_MS): Promise<string | null> {
    if (this.#asked === null || typeof this.#asked === 'string') return null;
    const { agent } = this.#asked;
    const answers = await fetch(`${agent.http}/v1/agent/self`, {
      signal: AbortSignal.timeout(deadlineMs),
    }).then(
      () => true,
      () => false,
    );
    if (answers) return null;
    const what = agent.exited === null ? 'no longer answers' : 'ended';
    await agent.kill();
    await this.close();
    return `the agent ${what}:\n${agent.output}`;
  }

  async close(): Promise<void> {
    const asked = this.#asked;
    this.#asked = null;
    if (asked !== null && typeof asked !== 'string') await asked.stop();
  }
}

/** Of the agents whose file names it (http/agents/acl.json). */
const MANAGEMENT = 'aaaaaaaa-0000-4000-8000-00000000000a';

/** The arguments that bring the configuration file of a kind, where it has one. */
export function configurationOf(kind: string): readonly string[] {
  const file = path.join(kitFolder('http'), 'agents', `${kind}.json`);
  return fs.existsSync(file) ? [`-config-file=${file}`] : [];
}

function tokenOf(kind: string): string {
  return kind === 'acl' ? MANAGEMENT : '';
}

/** As the scenarios were recorded. */
export function loneServer(engine: string): (kind: string) => Promise<Asked> {
  const hcl = `http_config { engine = "${engine}" }`;
  return lone((kind) => {
    const args = ['-dev', '-log-level=warn', '-hcl', hcl, ...configurationOf(kind)];
    return startAgent({ args, token: tokenOf(kind) });
  });
}

/** With so many threads beside the first one that answer reads. */
export function loneServerWithReaders(readers: number): (kind: string) => Promise<Asked> {
  return lone((kind) => startWithReaders(readers, ['-dev', ...configurationOf(kind)], { token: tokenOf(kind) }));
}

/** The leader puts every member into the catalog; addresses and metadata follow with the agent's own first sync. */
async function knowsItsNode(agent: AgentProcess): Promise<boolean> {
  const { status, text } = await agent.request('GET', '/v1/catalog/nodes');
  if (status !== 200) return true;
  const nodes = JSON.parse(text) as readonly { readonly TaggedAddresses: object | null }[];
  return nodes.some(({ TaggedAddresses }) => TaggedAddresses !== null);
}

function lone(start: (kind: string) => Promise<AgentProcess>): (kind: string) => Promise<Asked> {
  return async (kind) => {
    const agent = await start(kind);
    await waitFor(() => knowsItsNode(agent), 'the agent in its catalog, with all that it says of itself');
    return {
      agent,
      async stop() {
        await agent.stop();
      },
    };
  };
}
