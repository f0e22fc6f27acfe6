// The agents of the HTTP kit: one at a time, of the kind that the next scenario needs; a new one where the last is gone.

import fs from 'node:fs';
import path from 'node:path';
import { type AgentProcess, startAgent } from '../agent-process.js';

const ANSWER_DEADLINE_MS = 60_000;

export class KindsOfAgents {
  readonly #folder: string;
  readonly #engine: string;
  #kind = '';
  /** The agent, or what it said when it didn't start. */
  #agent: AgentProcess | string | null = null;

  /** `folder` holds a configuration file for each kind that has one. */
  constructor(folder: string, engine: string) {
    this.#folder = folder;
    this.#engine = engine;
  }

  async use(kind: string): Promise<AgentProcess | string> {
    if (this.#agent !== null && this.#kind === kind) return this.#agent;
    await this.close();
    this.#kind = kind;
    this.#agent = await this.#start(kind).catch((error: unknown) => String(error));
    return this.#agent;
  }

  /** What became of the agent, if it ended or answers nothing any more; null when it is well. */
  async lost(deadlineMs = ANSWER_DEADLINE_MS): Promise<string | null> {
    const agent = this.#agent;
    if (agent === null || typeof agent === 'string') return null;
    const answers = await fetch(`${agent.http}/v1/agent/self`, {
      signal: AbortSignal.timeout(deadlineMs),
    }).then(
      () => true,
      () => false,
    );
    if (answers) return null;
    const what = agent.exited === null ? 'no longer answers' : 'ended';
    await agent.kill();
    this.#agent = null;
    return `the agent ${what}:\n${agent.output}`;
  }

  async close(): Promise<void> {
    const agent = this.#agent;
    this.#agent = null;
    if (agent !== null && typeof agent !== 'string') await agent.stop();
  }

  #start(kind: string): Promise<AgentProcess> {
    const file = path.join(this.#folder, `${kind}.json`);
    const own = fs.existsSync(file) ? [`-config-file=${file}`] : [];
    return startAgent({
      args: ['-dev', '-log-level=warn', '-hcl', `http_config { engine = "${this.#engine}" }`, ...own],
    });
  }
}
