// The leader's session timers (spec/raft.md, section 10): a session that is not renewed within twice its TTL is destroyed. They
// live in memory only; a new leader gives every session its full time again.

import type { Deadline, DeadlineQueue } from '../../../deadlines/deadline-queue.js';
import { parseDuration } from '../../../gotext/duration.js';
import type { Logger } from '../../../observe/logger.js';
import type { Metrics } from '../../../observe/metrics.js';
import { CommandType } from '../../../wire/commands.js';
import type { SessionRecord } from '../../../wire/records.js';
import type { Consensus } from '../replica/consensus.js';
import type { Change } from '../replica/store/tables/change.js';

const TTL_MULTIPLIER = 2;
const NS_PER_MS = 1e6;
const DESTROY_ATTEMPTS = 6;
const FIRST_RETRY_MS = 10_000;
/** Destroy commands under way at once: after an outage all sessions may end in the same moment. */
const MAX_IN_FLIGHT = 256;

interface SessionTimer extends Deadline {
  readonly id: string;
  readonly lifetimeMs: number;
  dueMs: number;
  attempts: number;
  isExpiring: boolean;
}

export interface SessionTimersOptions {
  readonly consensus: Consensus;
  readonly deadlines: DeadlineQueue;
  readonly datacenter: string;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** Milliseconds until an unused session ends; 0: it has no TTL. */
function lifetimeMs(session: SessionRecord): number {
  if (session.TTL === '') return 0;
  const ttl = parseDuration(session.TTL);
  return ttl.ok && ttl.ns > 0 ? (ttl.ns / NS_PER_MS) * TTL_MULTIPLIER : 0;
}

export class SessionTimers {
  readonly #options: SessionTimersOptions;
  readonly #timers = new Map<string, SessionTimer>();
  /** Expired sessions whose destroy command waits for its turn. */
  readonly #due = new Set<SessionTimer>();
  #inFlight = 0;

  constructor(options: SessionTimersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#timers.size;
  }

  /** Starts a timer for each of these sessions, dropping all others. */
  start(sessions: readonly SessionRecord[]): void {
    this.stop();
    for (const session of sessions) this.#startOne(session);
    this.#report();
  }

  changed(changes: readonly Change[]): void {
    for (const change of changes) {
      if (change.table !== 'sessions') continue;
      if (change.after) this.#startOne(change.after);
      else if (change.before) this.#drop(change.before.ID);
      this.#report();
    }
  }

  /** Gives a session its full time again. An unknown one, or one without TTL, has no timer. */
  renew(id: string): void {
    const timer = this.#timers.get(id.toLowerCase());
    if (!timer || timer.isExpiring) return;
    this.#schedule(timer, timer.lifetimeMs);
  }

  stop(): void {
    for (const timer of this.#timers.values()) this.#options.deadlines.remove(timer);
    this.#timers.clear();
    this.#due.clear();
    this.#report();
  }

  #startOne(session: SessionRecord): void {
    const key = session.ID.toLowerCase();
    this.#drop(session.ID);
    const lifetime = lifetimeMs(session);
    if (lifetime === 0) return;
    const timer: SessionTimer = {
      id: session.ID,
      lifetimeMs: lifetime,
      dueMs: 0,
      slot: -1,
      order: 0,
      attempts: 0,
      isExpiring: false,
      expire: () => this.#expire(timer),
    };
    this.#timers.set(key, timer);
    this.#schedule(timer, lifetime);
  }

  #drop(id: string): void {
    const key = id.toLowerCase();
    const timer = this.#timers.get(key);
    if (!timer) return;
    this.#options.deadlines.remove(timer);
    this.#timers.delete(key);
    this.#due.delete(timer);
  }

  #schedule(timer: SessionTimer, delayMs: number): void {
    this.#options.deadlines.remove(timer);
    timer.dueMs = this.#options.deadlines.now() + delayMs;
    this.#options.deadlines.add(timer);
  }

  #expire(timer: SessionTimer): void {
    timer.isExpiring = true;
    this.#due.add(timer);
    this.#destroyDue();
  }

  #destroyDue(): void {
    for (const timer of this.#due) {
      if (this.#inFlight >= MAX_IN_FLIGHT) return;
      this.#due.delete(timer);
      this.#inFlight += 1;
      this.#destroy(timer).finally(() => {
        this.#inFlight -= 1;
        this.#destroyDue();
      });
    }
  }

  async #destroy(timer: SessionTimer): Promise<void> {
    const { consensus, datacenter, logger, metrics } = this.#options;
    const startedMs = performance.now();
    timer.attempts += 1;
    const outcome = await consensus.propose({
      type: CommandType.session,
      body: { Datacenter: datacenter, Token: '', Op: 'destroy', Session: sessionWithId(timer.id) },
    });
    metrics.observe('session_ttl.invalidate', performance.now() - startedMs);
    if (outcome.ok) {
      logger.debug('Session TTL expired', 'session', timer.id);
      this.#drop(timer.id);
      return;
    }
    if (this.#timers.get(timer.id.toLowerCase()) !== timer) return;
    logger.error('Invalidation failed', 'session', timer.id, 'error', outcome.code);
    if (timer.attempts < DESTROY_ATTEMPTS) {
      this.#schedule(timer, FIRST_RETRY_MS * 2 ** (timer.attempts - 1));
    } else {
      logger.error('maximum revoke attempts reached for session', 'error', timer.id);
    }
  }

  #report(): void {
    this.#options.metrics.gauge('session_ttl.active', this.#timers.size);
  }
}

/** A destroy command names the session by its ID alone. */
function sessionWithId(ID: string): SessionRecord {
  return {
    ID,
    Name: '',
    Node: '',
    LockDelay: 0,
    Behavior: '',
    TTL: '',
    NodeChecks: null,
    ServiceChecks: null,
    Checks: null,
    CreateIndex: 0,
    ModifyIndex: 0,
  };
}
