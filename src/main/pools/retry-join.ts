// Joins a pool's known addresses until one of them answers (spec/agent.md, "Joining"; spec/gossip.md, section 20). Consul
// tries once every retry interval. Machines that start together would then wait half a minute for each other, so the first
// interval is filled with tries of growing distance; those don't count against the maximum of attempts, which users set
// in terms of the interval.

import { formatDuration } from '../../gotext/duration.js';
import type { Logger } from '../../observe/logger.js';
import type { Random } from '../../random/random.js';
import type { GossipPoolConfig } from '../../wire/config.js';
import type { PoolName } from '../../wire/gossip-pools.js';

export interface JoinOutcome {
  /** How many of the addresses were joined. */
  readonly joined: number;
  /** Why others were not; "" when all were. */
  readonly error: string;
}

/**
 * Servers are told all addresses, their own among them. Whoever joined itself alone has joined nobody: it would stop trying, and
 * wait for the others for ever. `members`: of the pool afterwards, this agent among them.
 */
export function amongOthers(outcome: JoinOutcome, members: number): JoinOutcome {
  if (outcome.joined === 0 || members > 1) return outcome;
  return { joined: 0, error: 'no member but this agent itself is at these addresses' };
}

export interface RetryClock<T> {
  set(delayMs: number, run: () => void): T;
  clear(timer: T): void;
}

export interface RetryJoinOptions<T> {
  readonly pool: PoolName;
  readonly config: Pick<GossipPoolConfig, 'retryJoin' | 'retryIntervalMs' | 'retryMax'>;
  /** One call for all addresses. */
  readonly join: (addresses: readonly string[]) => Promise<JoinOutcome>;
  readonly clock: RetryClock<T>;
  readonly random: Random;
  readonly logger: Logger;
  /** The agent has to exit with this text. */
  readonly onExhausted: (text: string) => void;
}

const FIRST_WAIT_MS = 1000;
/** Waits are spread by up to this share to both sides: what starts together must not knock together for ever. */
const JITTER = 0.25;
/** A retry interval of nothing would keep the network busy; one beyond this is more than timers can. */
const LEAST_INTERVAL_MS = 100;
const MOST_INTERVAL_MS = 2 ** 31 - 1;
const NO_SERVERS = 'No servers to join';
const PROVIDER = /(?:^|\s)provider=(\S*)/;

export class RetryJoin<T> {
  readonly #options: RetryJoinOptions<T>;
  readonly #cluster: string;
  readonly #addresses: readonly string[];
  readonly #intervalMs: number;
  #timer: T | null = null;
  #isStopped = false;
  /** Failures at the rhythm of the retry interval. */
  #failures = 0;
  #waitMs = FIRST_WAIT_MS;
  /** From now until the next attempt that counts. */
  #untilCountedMs = 0;

  constructor(options: RetryJoinOptions<T>) {
    this.#options = options;
    this.#cluster = options.pool.toUpperCase();
    this.#intervalMs = Math.min(Math.max(options.config.retryIntervalMs, LEAST_INTERVAL_MS), MOST_INTERVAL_MS);
    this.#addresses = options.config.retryJoin.filter((entry) => !entry.includes('provider='));
  }

  /** Does nothing when there is nothing to join. */
  start(): void {
    const { config, logger } = this.#options;
    if (config.retryJoin.length === 0) return;
    for (const entry of config.retryJoin) {
      const provider = PROVIDER.exec(entry);
      // The rest of such an entry may hold secrets.
      if (entry.includes('provider=')) this.#warnOfProvider(provider?.[1] ?? '');
    }
    logger.info('Joining cluster...', 'cluster', this.#cluster);
    void this.#attempt();
  }

  /** A join that is under way ends without consequences here. */
  stop(): void {
    this.#isStopped = true;
    if (this.#timer !== null) this.#options.clock.clear(this.#timer);
    this.#timer = null;
  }

  #warnOfProvider(provider: string): void {
    const error = 'cloud auto-join is not supported: put host names or IP addresses into retry_join';
    this.#options.logger.warn('Cannot discover address', 'address', `provider=${provider}`, 'error', error);
  }

  async #attempt(): Promise<void> {
    const { logger, join } = this.#options;
    const addresses = this.#addresses;
    const cluster = this.#cluster;
    this.#timer = null;
    let outcome: JoinOutcome = { joined: 0, error: NO_SERVERS };
    if (addresses.length > 0) {
      logger.info(`(${cluster}) joining`, `${this.#options.pool}_addresses`, addresses);
      try {
        outcome = await join(addresses);
      } catch (error) {
        outcome = { joined: 0, error: error instanceof Error ? error.message : String(error) };
      }
      if (this.#isStopped) return;
    }
    const { joined, error } = outcome;
    if (joined > 0) {
      logger.info(`(${cluster}) joined`, 'number_of_nodes', joined);
      logger.info('Join cluster completed. Synced with initial agents', 'cluster', cluster, 'num_agents', joined);
      return;
    }
    if (addresses.length > 0) logger.warn(`(${cluster}) couldn't join`, 'number_of_nodes', 0, 'error', error);
    this.#fail(error);
  }

  #fail(error: string): void {
    const { config, clock, logger, onExhausted } = this.#options;
    if (this.#untilCountedMs <= 0) {
      this.#failures += 1;
      this.#untilCountedMs = this.#intervalMs;
      if (config.retryMax > 0 && this.#failures > config.retryMax) {
        onExhausted(`agent: max join ${this.#cluster} retry exhausted, exiting`);
        return;
      }
    }
    const waitMs = this.#nextWaitMs();
    this.#untilCountedMs -= waitMs;
    const interval = formatDuration(waitMs * 1e6);
    logger.warn(
      'Join cluster failed, will retry',
      'cluster',
      this.#cluster,
      'retry_interval',
      interval,
      'error',
      error,
    );
    this.#timer = clock.set(waitMs, () => void this.#attempt());
  }

  /** Growing waits within the first interval, then whole ones. */
  #nextWaitMs(): number {
    const jitter = 1 + (this.#options.random() * 2 - 1) * JITTER;
    const waitMs = Math.round(this.#waitMs * jitter);
    this.#waitMs *= 2;
    const isEarly = this.#failures === 1 && this.#addresses.length > 0 && waitMs < this.#untilCountedMs;
    return isEarly ? waitMs : this.#untilCountedMs;
  }
}
