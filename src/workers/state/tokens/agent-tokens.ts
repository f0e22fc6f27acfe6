// The agent's own secrets: those of the configuration, and those set through the API in their place (spec/agent.md, "Data
// directory"; docs/spec/acl.md, "The agent's own tokens"). Whoever needs one asks for it when it is needed, so that another
// one counts at once.

import type { AgentSecrets, AgentTokenName } from '../../../wire/agent-secrets.js';

/** What those have that were set through the API; others are absent. */
export type SetSecrets = ReadonlyMap<AgentTokenName, string>;

export class AgentTokens {
  #configured: AgentSecrets;
  #set: SetSecrets;
  readonly #listeners: (() => void)[] = [];

  constructor(configured: AgentSecrets, set: SetSecrets = new Map()) {
    this.#configured = configured;
    this.#set = set;
  }

  /** Of requests that bring none. */
  get default(): string {
    return this.#get('default');
  }

  /** For what the agent does in its own name. */
  get agent(): string {
    return this.#get('agent') || this.default;
  }

  /** May do what this agent's own endpoints do, without a server. */
  get recovery(): string {
    return this.#get('agent_recovery');
  }

  get replication(): string {
    return this.#get('replication');
  }

  get dns(): string {
    return this.#get('dns') || this.default;
  }

  /** Of services and checks that come from files and have none of their own. */
  get configFileRegistration(): string {
    return this.#get('config_file_service_registration') || this.default;
  }

  get set(): SetSecrets {
    return this.#set;
  }

  /** All of them, to be taken over by another thread. */
  get secrets(): AgentSecrets {
    const secrets: { [name in AgentTokenName]: string } = { ...this.#configured };
    for (const [name, secret] of this.#set) secrets[name] = secret;
    return secrets;
  }

  /** Those of a configuration that was read again; what the API set still stands in their place. */
  configure(configured: AgentSecrets): void {
    this.#configured = configured;
    this.#changed();
  }

  replace(set: SetSecrets): void {
    this.#set = set;
    this.#changed();
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #get(name: AgentTokenName): string {
    return this.#set.get(name) ?? this.#configured[name];
  }

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
