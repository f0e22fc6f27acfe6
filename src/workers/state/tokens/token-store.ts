// Sets the agent's secrets, one after the other: where they are to outlive the agent, the file comes first.

import type { AgentTokenName } from '../../../wire/agent-secrets.js';
import type { AgentTokens } from './agent-tokens.js';
import { writeTokenFile } from './token-file.js';

export class TokenStore {
  readonly #tokens: AgentTokens;
  readonly #dataDir: string | null;
  #last: Promise<void> = Promise.resolve();

  /** `dataDir`: null where nothing is kept. */
  constructor(tokens: AgentTokens, dataDir: string | null) {
    this.#tokens = tokens;
    this.#dataDir = dataDir;
  }

  /** Rejects when it can't be kept: then nothing has changed. */
  set(name: AgentTokenName, secret: string): Promise<void> {
    const done = this.#last.then(() => this.#set(name, secret));
    this.#last = done.catch(() => {});
    return done;
  }

  async #set(name: AgentTokenName, secret: string): Promise<void> {
    const set = new Map(this.#tokens.set).set(name, secret);
    if (this.#dataDir !== null) await writeTokenFile(this.#dataDir, set);
    this.#tokens.replace(set);
  }
}
