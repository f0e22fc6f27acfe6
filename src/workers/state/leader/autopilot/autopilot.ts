// Autopilot while this server leads (spec/raft.md, section 9): asks every server how it is, every 2 s, and gives a vote to those that
// have been well for long enough; every 10 s it takes dead servers out. Consul gives votes every 10 s, too: its clients wait a little
// less for one.

import type { Logger } from '../../../../observe/logger.js';
import type { Metrics } from '../../../../observe/metrics.js';
import type { RaftStats } from '../../../../wire/raft/raft-stats.js';
import type { KnownServer } from '../../cluster/known-servers.js';
import type { AutopilotState } from '../../methods/contract/cluster-view.js';
import type { PeerConsensus } from '../../replica/consensus.js';
import { type Removal, removals } from './cleanup.js';
import { type HealthLimits, healthOf, promotions, type ServerHealth } from './health.js';
import { stateOf } from './state.js';

const HEALTH_INTERVAL_MS = 2_000;
/** Looks from one clean-up to the next. */
const ROUNDS = 5;
const NS_PER_MS = 1_000_000n;

/** What of the stored configuration counts here. */
export interface AutopilotLimits extends HealthLimits {
  readonly cleansUp: boolean;
  readonly minQuorum: number;
}

export interface AutopilotOptions {
  readonly consensus: PeerConsensus;
  readonly servers: () => readonly KnownServer[];
  readonly ownId: string;
  /** `address`: `host:port`; null: no answer in time. */
  readonly raftStats: (address: string) => Promise<RaftStats | null>;
  /** As stored now; null: not stored yet. */
  readonly limits: () => AutopilotLimits | null;
  /** This server has been in the pool for long enough to know who is in it. */
  readonly knowsPool: () => boolean;
  /** Makes a member that failed leave the pool. null: done; else why not. */
  readonly forceLeave: (name: string) => Promise<string | null>;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Milliseconds of a clock that never jumps. */
  readonly now: () => number;
}

export class Autopilot {
  readonly #options: AutopilotOptions;
  #timer: NodeJS.Timeout | null = null;
  #health: ReadonlyMap<string, ServerHealth> = new Map();
  #stats: ReadonlyMap<string, RaftStats> = new Map();
  #startedMs = 0;
  #round = 0;
  #isCleaningUp = false;
  /** The look that goes on, or the last one. */
  #looked: Promise<void> = Promise.resolve();
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
    this.#stats = new Map();
    this.#begin(this.#tenure);
  }

  stop(): void {
    this.#tenure += 1;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** A server was added: the dead that it may stand in for go now. */
  joined(): void {
    const limits = this.#options.limits();
    if (this.#timer !== null && limits !== null) void this.#cleanUp(limits, this.#tenure);
  }

  /** The last index that a server's log had; 0: not known. */
  lastIndexOf(id: string): number {
    return this.#stats.get(id)?.LastIndex ?? 0;
  }

  /** As of the last look; a new leader's first one is waited for. */
  async state(): Promise<AutopilotState> {
    await this.#looked;
    const { consensus, servers, ownId, now } = this.#options;
    const { peers } = await consensus.configuration();
    const sinceEpochMs = Date.now() - now();
    return stateOf({
      peers,
      servers: servers(),
      ownId,
      stats: this.#stats,
      health: this.#health,
      wallClock: (ms) => BigInt(Math.round(sinceEpochMs + ms)) * NS_PER_MS,
    });
  }

  #begin(tenure: number): void {
    this.#timer = setTimeout(() => this.#begin(tenure), HEALTH_INTERVAL_MS);
    const look = this.#look(tenure, this.#round);
    if (this.#round === 0) this.#looked = look;
    this.#round += 1;
  }

  async #look(tenure: number, round: number): Promise<void> {
    const { servers, ownId, raftStats, limits, now } = this.#options;
    const known = servers();
    const observed = await Promise.all(
      known.map(async (server) => ({ server, stats: await raftStats(server.address) })),
    );
    if (tenure !== this.#tenure) return;
    const own = observed.find(({ server }) => server.id === ownId)?.stats ?? null;
    const stored = limits();
    if (own === null || stored === null) return;
    this.#stats = new Map(observed.flatMap(({ server, stats }) => (stats === null ? [] : [[server.id, stats]])));
    this.#health = healthOf(observed, own, stored, this.#health, now());
    void this.#report(tenure);
    // A new leader has to hear from everybody first.
    if (round === 0) return;
    await this.#promote(known, stored);
    if (round % ROUNDS === 0 && stored.cleansUp && tenure === this.#tenure) await this.#cleanUp(stored, tenure);
  }

  async #report(tenure: number): Promise<void> {
    const { isHealthy, failureTolerance } = await this.state();
    if (tenure !== this.#tenure) return;
    const { metrics } = this.#options;
    metrics.gauge('autopilot.healthy', isHealthy ? 1 : 0);
    metrics.gauge('autopilot.failure_tolerance', failureTolerance);
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

  async #cleanUp({ cleansUp, minQuorum }: AutopilotLimits, tenure: number): Promise<void> {
    if (!cleansUp || this.#isCleaningUp) return;
    this.#isCleaningUp = true;
    const { consensus, servers, ownId, knowsPool } = this.#options;
    try {
      const { peers } = await consensus.configuration();
      for (const dead of removals({ peers, servers: servers(), ownId, minQuorum, knowsPool: knowsPool() })) {
        if (tenure !== this.#tenure) return;
        await this.#remove(dead);
      }
    } finally {
      this.#isCleaningUp = false;
    }
  }

  async #remove(dead: Removal): Promise<void> {
    const { consensus, forceLeave, logger } = this.#options;
    const { kind, id } = dead;
    logger.info(kind === 'failed' ? 'removing failed server' : 'removing stale server', 'id', id);
    const problem =
      dead.kind === 'failed' ? await forceLeave(dead.name) : await consensus.order({ order: 'remove', id });
    if (problem !== null) logger.error('failed to remove dead server', 'id', id, 'error', problem);
  }
}
