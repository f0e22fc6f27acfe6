// Autopilot while this server leads: asks every server how it is, every 2 s, and gives a vote to those that have been well for long
// enough, every 10 s (spec/raft.md, section 9).

import type { Logger } from '../../../../observe/logger.js';
import type { RaftStats } from '../../../../wire/raft-stats.js';
import type { KnownServer } from '../../cluster/known-servers.js';
import type { PeerConsensus } from '../../replica/consensus.js';
import { type HealthLimits, healthOf, promotions, type ServerHealth } from './health.js';

const HEALTH_INTERVAL_MS = 2_000;
/** Looks at the health between two reconciliations. */
const ROUNDS = 5;

export interface AutopilotOptions {
  readonly consensus: PeerConsensus;
  readonly servers: () => readonly KnownServer[];
  readonly ownId: string;
  /** `address`: `host:port`; null: no answer in time. */
  readonly raftStats: (address: string) => Promise<RaftStats | null>;
  /** As stored now; null: not stored yet. */
  readonly limits: () => HealthLimits | null;
  readonly logger: Logger;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

export class Autopilot {
  readonly #options: AutopilotOptions;
  #timer: NodeJS.Timeout | null = null;
  #health: ReadonlyMap<string, ServerHealth> = new Map();
  #startedMs = 0;
  #round = 0;
  /** Raised by {@link stop}: what was asked before is of another leadership. */
  #tenure = 0;

  constructor(options: AutopilotOptions) {
    this.#options = options;
  }

  start(): void {
    this.stop();
    this.#startedMs = this.#options.now();
    this.#round = 0;
    this.#health = new Map();
    this.#again(this.#tenure);
  }

  stop(): void {
    this.#tenure += 1;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #again(tenure: number): void {
    this.#timer = setTimeout(() => void this.#look(tenure), HEALTH_INTERVAL_MS);
  }

  async #look(tenure: number): Promise<void> {
    const { servers, ownId, raftStats, limits, now } = this.#options;
    const known = servers();
    const observed = await Promise.all(
      known.map(async (server) => ({ server, stats: await raftStats(server.address) })),
    );
    if (tenure !== this.#tenure) return;
    const own = observed.find(({ server }) => server.id === ownId)?.stats ?? null;
    const stored = limits();
    if (own !== null && stored !== null) {
      this.#health = healthOf(observed, own, stored, this.#health, now());
      this.#round += 1;
      if (this.#round % ROUNDS === 0) await this.#promote(known, stored);
    }
    if (tenure === this.#tenure) this.#again(tenure);
  }

  async #promote(known: readonly KnownServer[], limits: HealthLimits): Promise<void> {
    const { consensus, logger, now } = this.#options;
    const { peers } = await consensus.configuration();
    const times = { startedMs: this.#startedMs, nowMs: now() };
    for (const { id, address } of promotions(peers, known, this.#health, limits, times)) {
      logger.info('Promoting server', 'id', id, 'address', address);
      const problem = await consensus.order({ order: 'add-voter', id, address });
      if (problem !== null) logger.error('failed to promote server', 'id', id, 'error', problem);
    }
  }
}
