// What this server does while it leads (spec/raft.md, section 10): brings the replicated state in order, then keeps the
// catalog of members, the session timers and the tombstones going until it loses leadership. The order of the steps is Consul's.

import { DeadlineQueue } from '../../../deadlines/deadline-queue.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import type { Command } from '../../../wire/commands.js';
import type { RuntimeConfig } from '../../../wire/config.js';
import type { ConfigEntry } from '../../../wire/config-entries/entries.js';
import type { Member, MemberChanges } from '../../../wire/gossip-pools.js';
import type { RaftStats } from '../../../wire/raft/raft-stats.js';
import { serversAmong } from '../cluster/known-servers.js';
import type { AutopilotState } from '../methods/contract/cluster-view.js';
import { refusal } from '../methods/contract/refusal.js';
import { NO_REPLICATION, type ReplicationStatus } from '../methods/contract/replication-status.js';
import type { Consensus, PeerConsensus, ProposeOutcome } from '../replica/consensus.js';
import type { StateStore } from '../replica/state-store.js';
import { aclBeginnings } from './acl/acl-beginnings.js';
import { TokenReaper } from './acl/token-reaper.js';
import { Authority } from './authority/authority.js';
import { Autopilot } from './autopilot/autopilot.js';
import { autopilotDefaults, storedLimits } from './autopilot-defaults.js';
import { missingEntries } from './bootstrap-entries.js';
import { intentionFormatCommands } from './intention-format.js';
import type { Primary } from './primary/primary.js';
import { RaftPeers } from './raft-peers.js';
import { Reconciler } from './reconciler.js';
import { Replication } from './replication/replication.js';
import { SessionTimers } from './session-timers.js';
import { TombstoneCollection } from './tombstone-collection.js';
import { missingVirtualIpFlags } from './virtual-ip-flags.js';

const RECONCILE_INTERVAL_MS = 60_000;
/** How long this server must have been in the LAN pool before whom it hasn't met there counts as gone. */
const ACQUAINTANCE_MS = 60_000;
/** How long a failed beginning of leadership waits before it is tried again. */
const RETRY_MS = 5_000;

const LOST = { ok: false, code: 'leadership-lost' } as const satisfies ProposeOutcome;

/** The log as the leader sees it. */
export interface LeaderConsensus extends Consensus, PeerConsensus {
  /** True when everything committed before the call is applied here; false when this server doesn't lead until then. */
  barrier(): Promise<boolean>;
}

export interface LeaderDutiesOptions {
  readonly store: StateStore;
  readonly consensus: LeaderConsensus;
  readonly config: RuntimeConfig;
  /** What there must be, as the configuration says it now. */
  readonly configEntries: () => readonly ConfigEntry[];
  /** Named `agent.server`. */
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** All members of the LAN pool, whatever their status; this server is among them before it can lead. */
  readonly members: () => readonly Member[];
  /** Status.RaftStats of the server at `host:port`; null: no answer in time. */
  readonly raftStats: (address: string) => Promise<RaftStats | null>;
  /** null: this datacenter is the primary one. */
  readonly primary: Primary | null;
  /** Makes a member of the LAN pool that failed leave it. null: done; else why not. */
  readonly forceLeave: (name: string) => Promise<string | null>;
  /** Milliseconds of a clock that never jumps. */
  readonly now?: () => number;
}

export class LeaderDuties {
  readonly #options: LeaderDutiesOptions;
  readonly #deadlines: DeadlineQueue;
  readonly #sessions: SessionTimers;
  readonly #tombstones: TombstoneCollection;
  /** null: there are no ACLs. */
  readonly #tokens: TokenReaper | null;
  readonly #reconciler: Reconciler;
  readonly #autopilot: Autopilot;
  /** null: nothing is copied here from another datacenter. */
  readonly #replication: Replication | null;
  /** The mesh's. */
  readonly authority: Authority;
  readonly #acquaintedMs: number;
  /** Raised whenever leadership is gained or lost, or the state replaced: work of an earlier time must stop. */
  #term = 0;
  #isLeading = false;
  #established = false;
  /** Told true when the state is in order, false when leadership ends before. */
  readonly #awaiting = new Set<(established: boolean) => void>();
  #timer: NodeJS.Timeout | null = null;
  #endObserving: (() => void) | null = null;
  /** Called when the present leadership ends, so that nothing waits for an answer that won't come. */
  readonly #giveUps = new Set<() => void>();

  constructor(options: LeaderDutiesOptions) {
    this.#options = options;
    const { store, consensus, config, logger, metrics, members, primary, now } = options;
    this.#deadlines = new DeadlineQueue(now);
    this.#acquaintedMs = this.#deadlines.now() + ACQUAINTANCE_MS;
    const shared = { consensus, deadlines: this.#deadlines, datacenter: config.datacenter, logger, metrics };
    this.#sessions = new SessionTimers(shared);
    this.#tombstones = new TombstoneCollection(shared);
    const isPrimary = primary === null;
    this.#tokens = config.aclEnabled ? new TokenReaper({ ...shared, acl: store.acl, isPrimary }) : null;
    const copying = { store, consensus, config, metrics, logger: logger.child('replication') };
    this.#replication = isPrimary ? null : new Replication({ ...copying, primary, now: () => this.#deadlines.now() });
    const peers = new RaftPeers(consensus, () => this.#autopilot.joined());
    this.#autopilot = new Autopilot({
      consensus,
      servers: () => serversAmong(members(), config.datacenter),
      ownId: config.nodeId,
      raftStats: options.raftStats,
      limits: () => storedLimits(store.autopilotConfig),
      knowsPool: () => this.#unacquaintedMs() === 0,
      forceLeave: options.forceLeave,
      logger: logger.child('autopilot'),
      metrics,
      now: () => this.#deadlines.now(),
    });
    const connect = logger.child('connect');
    this.authority = new Authority({ reads: store.authority, consensus, config, primary, logger: connect });
    this.#reconciler = new Reconciler({
      catalog: store.catalog,
      members,
      ownName: config.nodeName,
      datacenter: config.datacenter,
      propose: (command) => this.#propose(command),
      knowsPool: () => this.#unacquaintedMs() === 0,
      changePeers: (change) => this.#unlessLost(peers.carryOut(change), refusal(LOST.code).text),
      logger,
      metrics,
    });
  }

  /** True once the state is in order: from then on consistent reads may be answered. */
  get established(): boolean {
    return this.#established;
  }

  get replication(): ReplicationStatus {
    return this.#replication?.status ?? NO_REPLICATION;
  }

  /** What operators are shown of the servers. */
  autopilotState(): Promise<AutopilotState> {
    return this.#autopilot.state();
  }

  /** The last index that another server's log had, as autopilot heard of it; 0: not known. */
  lastIndexOf(id: string): number {
    return this.#autopilot.lastIndexOf(id);
  }

  /** Once the state is in order, also when it was restored meanwhile; false when leadership ends before. */
  awaitEstablished(): Promise<boolean> {
    if (this.#established || !this.#isLeading) return Promise.resolve(this.#established);
    return new Promise((resolve) => this.#awaiting.add(resolve));
  }

  get activeSessionTimers(): number {
    return this.#sessions.size;
  }

  /** Resolves when the beginning is done, or was given up because leadership went away. */
  async gainLeadership(): Promise<void> {
    if (this.#isLeading) return;
    const { logger } = this.#options;
    this.#isLeading = true;
    this.#term += 1;
    logger.info('cluster leadership acquired');
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

  /** What `members` gives has changed. Before the beginning is done it changes nothing: all members are looked at then. */
  membersChanged(changes: MemberChanges): void {
    if (this.#established) this.#reconciler.changed(changes);
  }

  stop(): void {
    this.#revoke();
  }

  #revoke(): void {
    this.#term += 1;
    this.#isLeading = false;
    this.#established = false;
    this.#tellAwaiting();
    for (const giveUp of this.#giveUps) giveUp();
    this.#giveUps.clear();
    this.#reconciler.stop();
    this.#autopilot.stop();
    this.authority.stop();
    this.#replication?.stop();
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#endObserving?.();
    this.#endObserving = null;
    this.#sessions.stop();
    this.#tombstones.stop();
    this.#tokens?.stop();
  }

  async #establish(term: number): Promise<void> {
    const { store, config, logger } = this.#options;
    const isReached = await this.#barrier();
    if (term !== this.#term) return;
    if (!isReached) {
      this.#again(RETRY_MS, () => this.#establish(term));
      return;
    }
    this.#follow();
    const beginning = [
      ...this.#aclBeginnings(),
      ...(store.autopilotConfig ? [] : [autopilotDefaults(config)]),
      ...intentionFormatCommands(store),
      ...missingVirtualIpFlags((key) => store.systemMetadata(key)),
    ];
    if (beginning.length > 0) {
      const problems = await Promise.all(beginning.map((command) => this.#propose(command)));
      if (term !== this.#term) return;
      const problem = problems.find((text) => text !== null);
      if (problem !== undefined) {
        logger.error('failed to establish leadership', 'error', problem);
        this.#again(RETRY_MS, () => this.#establish(term));
        return;
      }
    }
    await this.#writeMissingEntries(term);
    if (term !== this.#term) return;
    this.#established = true;
    this.#tellAwaiting();
    this.#autopilot.start();
    this.authority.start();
    this.#replication?.start();
    await this.#reconcile(term);
  }

  #aclBeginnings(): readonly Command[] {
    const { store, config } = this.#options;
    if (!config.aclEnabled) return [];
    const isPrimary = this.#options.primary === null;
    return aclBeginnings(store.acl, { isPrimary, initialManagementToken: config.acl.initialManagementToken });
  }

  /** One that can't be written is told of, and holds nothing else up. */
  async #writeMissingEntries(term: number): Promise<void> {
    const { store, config, configEntries, logger, primary } = this.#options;
    // Elsewhere they come from the primary datacenter.
    if (primary !== null) return;
    for (const { name, command } of missingEntries(config.datacenter, configEntries(), store.configEntries)) {
      const problem = await this.#propose(command);
      if (term !== this.#term) return;
      if (problem !== null)
        logger.error('failed to write a config entry of the configuration', 'entry', name, 'error', problem);
    }
  }

  /** Session timers and tombstones follow the state from here on; anew after every restore. */
  #follow(): void {
    const { store } = this.#options;
    const start = (): void => {
      this.#tombstones.start(store.appliedIndex);
      this.#sessions.start(store.sessions.list().value);
      this.#tokens?.start();
    };
    this.#endObserving?.();
    this.#endObserving = store.observe({
      changed: (changes) => {
        this.#sessions.changed(changes);
        this.#tombstones.changed(changes);
        this.#tokens?.changed(changes);
      },
      restored: () => {
        start();
        // What was written at the beginning is gone with the old state, and what still is to be written was made of that.
        this.#established = false;
        this.authority.stop();
        this.#replication?.stop();
        this.#term += 1;
        const renewed = this.#term;
        this.#again(0, () => this.#establish(renewed));
      },
    });
    start();
  }

  async #reconcile(term: number): Promise<void> {
    const startedMs = performance.now();
    const isComplete = await this.#reconciler.all();
    if (!isComplete || term !== this.#term) return;
    this.#options.metrics.observe('leader.reconcile', performance.now() - startedMs);
    this.#again(Math.min(RECONCILE_INTERVAL_MS, this.#unacquaintedMs() || RECONCILE_INTERVAL_MS), async () => {
      if ((await this.#barrier()) && term === this.#term) await this.#reconcile(term);
    });
  }

  async #barrier(): Promise<boolean> {
    const startedMs = performance.now();
    const isReached = await this.#unlessLost(this.#options.consensus.barrier(), false);
    this.#options.metrics.observe('leader.barrier', performance.now() - startedMs);
    return isReached;
  }

  /** How long it is until this server may take those for gone whom it hasn't met. */
  #unacquaintedMs(): number {
    return Math.max(0, this.#acquaintedMs - this.#deadlines.now());
  }

  /** null: done; else why not. */
  async #propose(command: Command): Promise<string | null> {
    const outcome = await this.#unlessLost(this.#options.consensus.propose(command), LOST);
    if (!outcome.ok) return refusal(outcome.code).text;
    return outcome.result.kind === 'error' ? outcome.result.text : null;
  }

  /** The answer, or `lost` once leadership ends. A race with one promise of the whole term would keep every answer's waiter. */
  #unlessLost<T>(answer: Promise<T>, lost: T): Promise<T> {
    return new Promise((resolve, reject) => {
      const giveUp = (): void => resolve(lost);
      this.#giveUps.add(giveUp);
      answer.then(resolve, reject).finally(() => this.#giveUps.delete(giveUp));
    });
  }

  #tellAwaiting(): void {
    for (const tell of this.#awaiting) tell(this.#established);
    this.#awaiting.clear();
  }

  #again(delayMs: number, work: () => Promise<void>): void {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void work(), delayMs);
  }
}
