// What this server does while it leads (spec/raft.md, section 10): brings the replicated state in order, then keeps its own
// registration, the session timers and the tombstones going until it loses leadership. The order of the steps is Consul's.

import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Command } from '../../../wire/commands.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { Member, MemberChanges } from '../../../wire/gossip-pools.js';
import { type Consensus, PROPOSE_FAILURE_TEXT, type ProposeOutcome } from '../consensus.js';
import { DeadlineQueue } from '../http/deadline-queue.js';
import type { StateStore } from '../store/state-store.js';
import { autopilotDefaults } from './autopilot-defaults.js';
import { type AliveMember, isRegistered, ownMember, registrationOf } from './member-registration.js';
import { SessionTimers } from './session-timers.js';
import { TombstoneCollection } from './tombstone-collection.js';

const RECONCILE_INTERVAL_MS = 60_000;
/** How long a failed beginning of leadership waits before it is tried again. */
const RETRY_MS = 5_000;

const LOST: ProposeOutcome = { ok: false, code: 'leadership-lost' };

/** The log as the leader sees it. */
export interface LeaderConsensus extends Consensus {
  /** Resolves when everything committed before the call is applied here. */
  barrier(): Promise<void>;
}

export interface LeaderDutiesOptions {
  readonly store: StateStore;
  readonly consensus: LeaderConsensus;
  readonly config: RuntimeConfig;
  /** Named `agent.server`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** The LAN pool. */
  readonly members?: () => readonly Member[];
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

export class LeaderDuties {
  readonly #options: LeaderDutiesOptions;
  readonly #deadlines: DeadlineQueue;
  readonly #sessions: SessionTimers;
  readonly #tombstones: TombstoneCollection;
  /** Raised whenever leadership is gained or lost: work of an earlier time must stop. */
  #term = 0;
  #isLeading = false;
  #established = false;
  #timer: NodeJS.Timeout | null = null;
  #endObserving: (() => void) | null = null;
  /** Resolves when the present leadership ends, so that nothing waits for an answer that won't come. */
  #lost: Promise<void> = Promise.resolve();
  #signalLost: () => void = () => {};

  constructor(options: LeaderDutiesOptions) {
    this.#options = options;
    const { consensus, config, logger, metrics, now } = options;
    this.#deadlines = new DeadlineQueue(now);
    const shared = { consensus, deadlines: this.#deadlines, datacenter: config.datacenter, logger, metrics };
    this.#sessions = new SessionTimers(shared);
    this.#tombstones = new TombstoneCollection(shared);
  }

  /** True once the state is in order: from then on consistent reads may be answered. */
  get established(): boolean {
    return this.#established;
  }

  get activeSessionTimers(): number {
    return this.#sessions.size;
  }

  /** Resolves when the beginning is done, or was given up because leadership went away. */
  async gainLeadership(): Promise<void> {
    if (this.#isLeading) return;
    const { logger, config } = this.#options;
    this.#isLeading = true;
    this.#term += 1;
    this.#lost = new Promise((resolve) => {
      this.#signalLost = resolve;
    });
    logger.info('cluster leadership acquired');
    logger.info('New leader elected', 'payload', config.nodeName);
    await this.#establish(this.#term);
  }

  loseLeadership(): void {
    if (!this.#isLeading) return;
    this.#revoke();
    this.#options.logger.info('cluster leadership lost');
  }

  /** Restarts a session's timer. Does nothing on a server that does not lead. */
  renewSession(id: string): void {
    this.#sessions.renew(id);
  }

  /** What happened in the LAN pool. */
  membersChanged(_changes: MemberChanges): void {}

  stop(): void {
    this.#revoke();
  }

  #revoke(): void {
    this.#term += 1;
    this.#isLeading = false;
    this.#established = false;
    this.#signalLost();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#endObserving?.();
    this.#endObserving = null;
    this.#sessions.stop();
    this.#tombstones.stop();
  }

  async #establish(term: number): Promise<void> {
    const { store, config, logger } = this.#options;
    await this.#barrier();
    if (term !== this.#term) return;
    this.#follow(term);
    if (!store.autopilotConfig) {
      const problem = await this.#propose(autopilotDefaults(config));
      if (term !== this.#term) return;
      if (problem !== null) {
        logger.error('failed to establish leadership', 'error', problem);
        this.#again(RETRY_MS, () => this.#establish(term));
        return;
      }
    }
    this.#established = true;
    await this.#reconcile(term);
  }

  /** Session timers and tombstones follow the state from here on; anew after every restore. */
  #follow(term: number): void {
    const { store } = this.#options;
    const start = (): void => {
      this.#tombstones.start(store.appliedIndex);
      this.#sessions.start(store.sessions.list().value);
    };
    this.#endObserving?.();
    this.#endObserving = store.observe({
      changed: (changes) => {
        this.#sessions.changed(changes);
        this.#tombstones.changed(changes);
      },
      restored: () => {
        start();
        // What was written at the beginning is gone with the old state.
        this.#again(0, () => this.#establish(term));
      },
    });
    start();
  }

  async #reconcile(term: number): Promise<void> {
    const { metrics, config } = this.#options;
    const startedMs = performance.now();
    for (const member of [ownMember(config)]) {
      await this.#reconcileMember(member);
      if (term !== this.#term) return;
    }
    metrics.observe('leader.reconcile', performance.now() - startedMs);
    this.#again(RECONCILE_INTERVAL_MS, async () => {
      await this.#barrier();
      if (term === this.#term) await this.#reconcile(term);
    });
  }

  async #reconcileMember(member: AliveMember): Promise<void> {
    const { store, config, logger, metrics } = this.#options;
    if (isRegistered(store.catalog, member)) return;
    logger.info('member joined, marking health alive', 'member', member.name, 'partition', 'default');
    const startedMs = performance.now();
    const problem = await this.#propose(registrationOf(store.catalog, member, config.datacenter));
    metrics.observe('leader.reconcileMember', performance.now() - startedMs);
    if (problem !== null) {
      logger.error('failed to reconcile member', 'member', member.name, 'partition', 'default', 'error', problem);
    }
  }

  async #barrier(): Promise<void> {
    const startedMs = performance.now();
    await Promise.race([this.#options.consensus.barrier(), this.#lost]);
    this.#options.metrics.observe('leader.barrier', performance.now() - startedMs);
  }

  /** null: done; else why not. */
  async #propose(command: Command): Promise<string | null> {
    const proposed = this.#options.consensus.propose(command);
    const outcome = await Promise.race([proposed, this.#lost.then(() => LOST)]);
    if (!outcome.ok) return PROPOSE_FAILURE_TEXT[outcome.code];
    return outcome.result.kind === 'error' ? outcome.result.text : null;
  }

  #again(delayMs: number, work: () => Promise<void>): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), delayMs);
  }
}
