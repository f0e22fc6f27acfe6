// TTL checks: the service reports in time, or the check turns critical (spec/agent.md section 3, "ttl"). The timer restarts
// at every update and not at an expiry, so a silent check is reported once.

import type { Logger } from '../../../../observe/logger.js';
import type { CheckStatus } from '../../../../wire/records.js';
import type { Clock, Timer } from '../state/clock.js';
import type { LocalState } from '../state/local-state.js';
import { DONE, type LocalOutcome, refused } from '../state/outcomes.js';
import type { CommitOutcome } from '../store/registration-store.js';
import { putStateText, type StoredCheckState } from '../store/store-operations.js';

/** A report that changes nothing is acknowledged before it is on disk; it gets there with all others of this time. */
const WRITE_BEHIND_MS = 200;

interface TtlCheck {
  readonly ttlMs: number;
  readonly outputMaxBytes: number;
  timer: Timer;
  lastOutput: string;
}

interface TtlChecksOptions {
  readonly state: LocalState;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly persist: (operations: readonly string[]) => Promise<CommitOutcome>;
}

function cut(output: string, maxBytes: number): string {
  if (output.length * 3 <= maxBytes) return output;
  const bytes = Buffer.from(output);
  if (bytes.length <= maxBytes) return output;
  return `${bytes.subarray(0, maxBytes).toString()} ... (captured ${maxBytes} of ${bytes.length} bytes)`;
}

export class TtlChecks {
  readonly #options: TtlChecksOptions;
  readonly #checks = new Map<string, TtlCheck>();
  readonly #states = new Map<string, StoredCheckState>();
  readonly #unwritten = new Set<string>();
  #writing: Timer | null = null;

  constructor(options: TtlChecksOptions) {
    this.#options = options;
  }

  /** Starts the timer anew, with the full TTL. */
  start(id: string, ttlMs: number, outputMaxBytes: number): void {
    const known = this.#checks.get(id);
    known?.timer.cancel();
    const lastOutput = known?.lastOutput ?? '';
    this.#checks.set(id, { ttlMs, outputMaxBytes, lastOutput, timer: this.#arm(id, ttlMs) });
  }

  stop(id: string): void {
    this.#checks.get(id)?.timer.cancel();
    this.#checks.delete(id);
  }

  /** The check is gone for good: what is stored of it counts no more. */
  forget(id: string): void {
    this.stop(id);
    this.#states.delete(id);
    this.#unwritten.delete(id);
  }

  has(id: string): boolean {
    return this.#checks.has(id);
  }

  /**
   * A report of the service. Only for checks that {@link has} knows. A status that a restart would not bring back otherwise
   * is on disk when this is done: the service may not report again for long.
   */
  async update(id: string, status: CheckStatus, givenOutput: string): Promise<LocalOutcome> {
    const check = this.#checks.get(id);
    if (!check) return DONE;
    const { state, clock, logger } = this.#options;
    const output = cut(givenOutput, check.outputMaxBytes);
    check.timer.cancel();
    check.timer = this.#arm(id, check.ttlMs);
    check.lastOutput = output;
    logger.debug('Check status updated', 'check', id, 'status', status);
    state.updateCheck(id, status, output);
    const former = this.#states.get(id);
    const nowMs = clock.now();
    const stored = { status, output, expires: Math.floor((nowMs + check.ttlMs) / 1000) };
    this.#states.set(id, stored);
    if (former?.status === status && former.expires * 1000 > nowMs) {
      this.#unwritten.add(id);
      this.#writing ??= clock.after(WRITE_BEHIND_MS, () => this.flush());
      return DONE;
    }
    this.#unwritten.delete(id);
    const written = await this.#options.persist([putStateText(id, stored)]);
    return written.ok ? DONE : refused('storage', written.error);
  }

  /** Last known state, for a restore; also of checks that are not running yet. */
  remember(id: string, stored: StoredCheckState): void {
    this.#states.set(id, stored);
  }

  /** Everything known, for a snapshot of the store. */
  *storeOperations(): IterableIterator<string> {
    for (const [id, stored] of this.#states) yield putStateText(id, stored);
  }

  /** Hands what is not written yet to the store. */
  flush(): void {
    this.#writing?.cancel();
    this.#writing = null;
    const texts: string[] = [];
    for (const id of this.#unwritten) {
      const stored = this.#states.get(id);
      if (stored) texts.push(putStateText(id, stored));
    }
    this.#unwritten.clear();
    // The outcome is the store's to log.
    if (texts.length > 0) void this.#options.persist(texts);
  }

  #arm(id: string, ttlMs: number): Timer {
    return this.#options.clock.after(ttlMs, () => {
      const check = this.#checks.get(id);
      if (!check) return;
      this.#options.logger.warn('Check missed TTL, is now critical', 'check', id);
      const { lastOutput } = check;
      const output =
        lastOutput === '' ? 'TTL expired' : `TTL expired (last output before timeout follows): ${lastOutput}`;
      this.#options.state.updateCheck(id, 'critical', output);
    });
  }
}
