// The blocking queries by which an agent follows what config entries say of its proxies: one a question, as many at once as a server
// can be asked to hold for one agent; where there are more, they take turns.

import type { Logger } from '../../../../observe/logger.js';
import { surprise } from '../../../../observe/surprise.js';
import type { Random } from '../../../../random/random.js';
import { type Answer, ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import { type ResolvedServiceConfig, resolveServiceConfig } from '../../methods/mesh/service-config.js';
import type { Clock, Timer } from '../state/clock.js';
import { sameContent } from '../state/equality.js';
import { registrationToken, type SyncTokens } from '../sync/sync-requests.js';
import type { FollowedConfig } from './followed-config.js';

export interface ConfigQueriesOptions {
  readonly calls: Pick<Calls, 'read' | 'obstacle'>;
  readonly datacenter: string;
  readonly tokens: SyncTokens;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** There is another answer. */
  readonly changed: (config: FollowedConfig) => void;
}

const AT_ONCE = 256;
const WAIT_MS = 600_000;
/** Where others wait for their turn. */
const SHORT_WAIT_MS = 5_000;
/** Between two tries when nobody answers, growing. */
const FIRST_PAUSE_MS = 1_000;
const LAST_PAUSE_MS = 60_000;
/** At most, after an answer that said nothing new: a server that stops gives those at once. */
const NO_NEWS_PAUSE_MS = 1_000;

export class ConfigQueries {
  readonly #options: ConfigQueriesOptions;
  /** Whose turn it is, in order. */
  readonly #queue = new Set<FollowedConfig>();
  /** Until they are asked again. */
  readonly #pauses = new Map<FollowedConfig, Timer>();
  #underWay = 0;
  #isStarted = false;

  constructor(options: ConfigQueriesOptions) {
    this.#options = options;
  }

  start(): void {
    this.#isStarted = true;
    this.#pump();
  }

  add(config: FollowedConfig): void {
    this.#queue.add(config);
    this.#pump();
  }

  /** Its query ends at once. */
  remove(config: FollowedConfig): void {
    this.#queue.delete(config);
    this.#pauses.get(config)?.cancel();
    this.#pauses.delete(config);
    config.stopped.abort();
  }

  stop(): void {
    this.#isStarted = false;
    this.#queue.clear();
    for (const pause of this.#pauses.values()) pause.cancel();
    this.#pauses.clear();
  }

  #pump(): void {
    if (!this.#isStarted) return;
    for (const config of this.#queue) {
      if (this.#underWay >= AT_ONCE) return;
      this.#queue.delete(config);
      this.#underWay += 1;
      void this.#turn(config).finally(() => {
        this.#underWay -= 1;
        this.#pump();
      });
    }
  }

  async #turn(config: FollowedConfig): Promise<void> {
    try {
      const answer = await this.#ask(config);
      if (config.stopped.signal.aborted || !this.#isStarted) return;
      if (isRefusal(answer)) this.#failed(config, answer);
      else this.#take(config, answer.value, answer.index);
    } catch (error) {
      surprise(error);
      this.#again(config);
    } finally {
      config.wasTried();
    }
  }

  #ask({ question, registrant, index, pauseMs, stopped }: FollowedConfig): Promise<Answer<ResolvedServiceConfig>> {
    const { calls, datacenter, tokens } = this.#options;
    // The first answer is the leader's, so that whoever wrote an entry and registers a proxy then finds it there.
    const consistency = index === 0 && pauseMs === 0 ? 'default' : 'stale';
    const waitMs = this.#queue.size > 0 ? SHORT_WAIT_MS : WAIT_MS;
    const settings = { consistency, minIndex: index, waitMs, maxStaleMs: 0 } as const;
    const caller = { token: registrationToken(registrant, tokens) };
    return ask(calls, resolveServiceConfig, question, settings, datacenter, caller, stopped.signal);
  }

  #take(config: FollowedConfig, value: ResolvedServiceConfig, index: number): void {
    const isOlder = index < config.index;
    const isNews = index !== config.index;
    // Who restores an older state begins to count again.
    config.index = isOlder ? 0 : index;
    config.pauseMs = 0;
    if (!sameContent(config.answer, value)) {
      config.answer = value;
      this.#options.changed(config);
    }
    if (isOlder) this.#again(config);
    else if (isNews) this.#queue.add(config);
    else this.#addAfter(config, NO_NEWS_PAUSE_MS * this.#options.random());
  }

  #failed(config: FollowedConfig, { text }: Refusal): void {
    if (config.pauseMs === 0) {
      const { service } = config.question;
      this.#options.logger.debug('central configuration of a service is not known', 'service', service, 'error', text);
    }
    config.index = 0;
    this.#again(config);
  }

  #again(config: FollowedConfig): void {
    config.pauseMs = Math.min(2 * config.pauseMs || FIRST_PAUSE_MS, LAST_PAUSE_MS);
    this.#addAfter(config, config.pauseMs * (1 + this.#options.random()));
  }

  #addAfter(config: FollowedConfig, delayMs: number): void {
    const pause = this.#options.clock.after(delayMs, () => {
      this.#pauses.delete(config);
      this.add(config);
    });
    this.#pauses.set(config, pause);
  }
}
