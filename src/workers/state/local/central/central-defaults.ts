// The service manager of this agent: proxies and gateways are shown and synced with what config entries say of them, and as soon as
// that changes with what they say then (docs/spec/mesh.md, "Central configuration"). All that would ask the same of the servers
// share one question.

import { surprise } from '../../../../observe/surprise.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { configQuestion, type ServiceConfigQuestion, withAnswer } from '../../methods/mesh/service-config.js';
import type { Clock } from '../state/clock.js';
import { type ServicePut, withoutDefaults } from '../state/entries.js';
import { sameService } from '../state/equality.js';
import type { LocalState } from '../state/local-state.js';
import { ConfigQueries, type ConfigQueriesOptions } from './config-queries.js';
import { configKey, FollowedConfig, type Registrant } from './followed-config.js';

type CentralDefaultsOptions = Omit<ConfigQueriesOptions, 'changed'>;

/** How long a registration, and the first full sync, wait for what is not known yet. */
const REGISTRATION_WAIT_MS = 2_000;
const SYNC_WAIT_MS = 10_000;
/** Services that are configured anew in one go: about a millisecond of work. */
const SLICE = 50;

export class CentralDefaults {
  readonly #clock: Clock;
  readonly #calls: ConfigQueriesOptions['calls'];
  readonly #queries: ConfigQueries;
  readonly #configs = new Map<string, FollowedConfig>();
  /** By the ID of the service. */
  readonly #configOf = new Map<string, FollowedConfig>();
  #state: LocalState | null = null;

  constructor(options: CentralDefaultsOptions) {
    this.#clock = options.clock;
    this.#calls = options.calls;
    this.#queries = new ConfigQueries({
      ...options,
      changed: (config) => void this.#configure(config).catch(surprise),
    });
  }

  /** The definition with what is known to be said of it; itself where that is nothing. */
  readonly withDefaults = ({ definition, token, fromConfigFile }: ServicePut): ServiceRecord => {
    const question = configQuestion(definition);
    if (question === null) return definition;
    const answer = this.#configs.get(configKey(question, { token, fromConfigFile }))?.answer ?? null;
    if (answer === null) return definition;
    const merged = withAnswer(definition, answer);
    return sameService(merged, definition) ? definition : merged;
  };

  follow(state: LocalState): void {
    this.#state = state;
    state.listen({ serviceChanged: (id) => this.#serviceChanged(id) });
  }

  /** From now on the servers are asked. Done when they were asked for all that is known of now, or that takes too long. */
  start(): Promise<void> {
    this.#queries.start();
    return this.#atMost(SYNC_WAIT_MS, Promise.all(Array.from(this.#configs.values(), ({ tried }) => tried)));
  }

  /**
   * For a record that is to be registered: `register` is called when it is known what is said of it, so that it comes into the
   * catalog as it stays; or when that isn't found out soon.
   */
  async whenKnown<T>(record: ServiceRecord, registrant: Registrant, register: () => T | Promise<T>): Promise<T> {
    const question = configQuestion(record);
    if (question === null || this.#calls.obstacle !== null) return register();
    this.#queries.start();
    const config = this.#configOfQuestion(question, registrant);
    config.waiting += 1;
    try {
      if (config.answer === null) await this.#atMost(REGISTRATION_WAIT_MS, config.tried);
      return await register();
    } finally {
      config.waiting -= 1;
      this.#forgetUnneeded(config);
    }
  }

  stop(): void {
    this.#queries.stop();
    for (const { stopped } of this.#configs.values()) stopped.abort();
  }

  #configOfQuestion(question: ServiceConfigQuestion, registrant: Registrant): FollowedConfig {
    const key = configKey(question, registrant);
    const known = this.#configs.get(key);
    if (known !== undefined) return known;
    const config = new FollowedConfig(key, question, registrant);
    this.#configs.set(key, config);
    this.#queries.add(config);
    return config;
  }

  #forgetUnneeded(config: FollowedConfig): void {
    if (config.isNeeded) return;
    this.#configs.delete(config.key);
    this.#queries.remove(config);
  }

  #serviceChanged(id: string): void {
    const entry = this.#state?.service(id);
    const before = this.#configOf.get(id);
    const question = entry === undefined ? null : configQuestion(withoutDefaults(entry));
    const now = entry === undefined || question === null ? undefined : this.#configOfQuestion(question, entry);
    if (now === before) return;
    if (now === undefined) this.#configOf.delete(id);
    else {
      this.#configOf.set(id, now);
      now.services.add(id);
    }
    before?.services.delete(id);
    if (before !== undefined) this.#forgetUnneeded(before);
  }

  /** All that it is about; those that come meanwhile are put with the new answer. */
  async #configure({ services }: FollowedConfig): Promise<void> {
    let count = 0;
    for (const id of [...services]) {
      this.#state?.defaultsChanged(id);
      count += 1;
      if (count % SLICE === 0) await new Promise((resolve) => setImmediate(resolve));
    }
  }

  #atMost(milliseconds: number, work: Promise<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(milliseconds, resolve);
      const isOver = (): void => {
        timer.cancel();
        resolve();
      };
      work.then(isOver, isOver);
    });
  }
}
