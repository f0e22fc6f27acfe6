// How many requests a server takes (`limits.request_limits`; spec/rpc.md, "Rate limits"): so many reads and so many writes a
// second, whoever sends them and whichever way they come. Whoever is refused is told by the text whether another server may
// do better, as only the leader writes.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { RequestRates } from '../../../wire/readers/request-rates.js';
import { operationTypeOf } from '../methods/contract/operation-type.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';

type Settings = RuntimeConfig['limits']['requestLimits'];

/** Asks a server for something; `address` is what the log says of it. */
export interface Requester {
  /** `host:port`; "" when there is none. */
  readonly address: string;
}

export interface RequestLimitsOptions {
  /** What was taken, by all threads of this server together. */
  readonly rates: RequestRates;
  /** As they are now; a reload changes them. */
  readonly settings: () => Settings;
  readonly isLeader: () => boolean;
  readonly metrics: Metrics;
  /** Named `agent.server.rpc-rate-limit`. */
  readonly logger: Logger;
}

const ELSEWHERE = refusal('over-limit');
/** The text that a full queue has too: nobody else could do it, so the asker waits and comes again. */
const AT_LEADER = refusal('queue-full');

/** A thread counts its milliseconds from its own start: this is when it was, by a clock that all threads have. */
const [seconds, nanoseconds] = process.hrtime();
const STARTED_MS = seconds * 1000 + nanoseconds / 1e6 - performance.now();

/** A flood of requests must not become one of lines. */
const LINES_A_SECOND = 100;

export class RequestLimits {
  readonly #options: RequestLimitsOptions;

  constructor(options: RequestLimitsOptions) {
    this.#options = options;
  }

  /** Counts a request; null: it goes on. */
  refuse(method: string, from: Requester): Refusal | null {
    const settings = this.#options.settings();
    if (settings.mode === 'disabled') return null;
    const type = operationTypeOf(method);
    if (type === 'exempt') return null;
    const isWrite = type === 'write';
    const perSecond = isWrite ? settings.writeRate : settings.readRate;
    const { rates, isLeader } = this.#options;
    if ((isWrite ? rates.writes : rates.reads).take(perSecond, burstOf(perSecond), sharedNowMs())) return null;
    this.#exceeded(settings, `global/${type}`, method, from);
    if (settings.mode === 'permissive') return null;
    return isWrite && isLeader() ? AT_LEADER : ELSEWHERE;
  }

  #exceeded({ mode }: Settings, limit: string, method: string, { address }: Requester): void {
    const { rates, metrics, logger } = this.#options;
    metrics.increment('rpc.rate_limit.exceeded', 1, [
      ['limit_type', limit],
      ['op', method],
      ['mode', mode],
    ]);
    if (!logger.wants('debug')) return;
    if (!rates.lines.take(LINES_A_SECOND, LINES_A_SECOND, sharedNowMs())) {
      metrics.increment('rpc.rate_limit.log_dropped');
      return;
    }
    const facts = ['rpc', method, 'source_addr', address, 'limit_type', limit];
    logger.debug('RPC exceeded allowed rate limit', ...facts, 'limit_enforced', mode === 'enforcing');
  }
}

function sharedNowMs(): number {
  return STARTED_MS + deadlines.now();
}

/** What a second brings; of a rate below one in a second a whole request, or there would never be one. */
function burstOf(perSecond: number): number {
  return perSecond > 0 ? Math.max(1, perSecond) : 0;
}
