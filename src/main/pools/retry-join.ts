// Joins the configured addresses again and again until one answers (spec/agent.md, section 3). Agents that are started
// together find nobody at first: the first tries come soon and then ever later, up to the configured interval.

import { formatDuration } from '../../gotext/duration.js';
import type { Logger } from '../../observe/logger.js';
import type { PoolName } from '../../wire/gossip-pools.js';

const FIRST_RETRY_MS = 500;
const NS_A_MS = 1e6;
/** Entries that stand for a cloud's list of machines. */
const PROVIDER = 'provider=';

export interface RetryJoinOptions {
  readonly pool: PoolName;
  readonly addresses: readonly string[];
  readonly intervalMs: number;
  /** Failures after which it gives up; 0: never. */
  readonly max: number;
  readonly join: (addresses: readonly string[]) => Promise<{ readonly joined: number; readonly error: string }>;
  readonly onExhausted: (text: string) => void;
  /** Named `agent`. */
  readonly logger: Logger;
  readonly random: () => number;
}

export class RetryJoin {
  readonly #options: RetryJoinOptions;
  readonly #cluster: string;
  #timer: NodeJS.Timeout | null = null;
  #failures = 0;
  #isStopped = false;

  constructor(options: RetryJoinOptions) {
    this.#options = options;
    this.#cluster = options.pool.toUpperCase();
  }

  start(): void {
    const { addresses, logger } = this.#options;
    for (const entry of addresses.filter((text) => text.includes(PROVIDER))) {
      logger.error('cloud discovery is not served by this version, the entry is left out', 'retry_join', entry);
    }
    logger.info('Joining cluster...', 'cluster', this.#cluster);
    void this.#try();
  }

  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  async #try(): Promise<void> {
    const { addresses, logger, join, max, onExhausted } = this.#options;
    const usable = addresses.filter((text) => !text.includes(PROVIDER));
    const none = { joined: 0, error: 'No servers to join' };
    const { joined, error } = usable.length === 0 ? none : await join(usable);
    if (this.#isStopped) return;
    if (joined > 0) {
      logger.info('Join cluster completed. Synced with initial agents', 'cluster', this.#cluster, 'num_agents', joined);
      return;
    }
    this.#failures += 1;
    if (max > 0 && this.#failures > max) {
      onExhausted(`agent: max join ${this.#cluster} retry exhausted, exiting`);
      return;
    }
    const delayMs = this.#delayMs();
    const shown = formatDuration(Math.round(delayMs) * NS_A_MS);
    logger.warn('Join cluster failed, will retry', 'cluster', this.#cluster, 'retry_interval', shown, 'error', error);
    this.#timer = setTimeout(() => void this.#try(), delayMs);
  }

  /** Doubles from try to try; spread, so that those who failed together don't meet again. */
  #delayMs(): number {
    const { intervalMs, random } = this.#options;
    const grown = FIRST_RETRY_MS * 2 ** Math.min(this.#failures - 1, 16);
    return grown >= intervalMs ? intervalMs : Math.min(intervalMs, grown * (0.75 + random() / 2));
  }
}
