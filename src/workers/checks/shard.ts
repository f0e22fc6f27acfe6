// One worker's share of the checks: what is scheduled, running and known of each, and what the owner has to hear. A quiet
// check costs its record and nothing else.

import { createHash } from 'node:crypto';
import type { CheckResult } from '../../wire/checks/check-port.js';
import type { CheckTask, Probe } from '../../wire/checks/check-task.js';
import { DEFAULT_TLS, NO_HEADERS } from '../../wire/checks/packed-tasks.js';
import type { CheckStatus } from '../../wire/records.js';
import type { Cancel, Done, Outcome, ProbeContext, ProbeRun } from './probe/probe.js';
import { type Clock, Scheduled, Scheduler } from './scheduler.js';
import { initialStreaks, judge, type Streaks, type Thresholds } from './thresholds.js';

/** Longer outputs are remembered by their digest: 50,000 pages of 4 KB would be 200 MB. */
const REMEMBERED_LENGTH = 128;

/** Node's timers fire at once beyond this; nobody waits 24 days for an answer. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

class Check extends Scheduled implements ProbeRun<Probe>, Streaks, Thresholds {
  readonly key: number;
  readonly checkId: string;
  readonly timeoutMs: number;
  readonly outputMaxBytes: number;
  readonly successBeforePassing: number;
  readonly failuresBeforeWarning: number;
  readonly failuresBeforeCritical: number;
  readonly probe: Probe;
  readonly context: ProbeContext;
  status: CheckStatus;
  /** What {@link remembered} makes of the last output told. */
  output: string;
  successes: number;
  failures: number;
  cancel: Cancel | null = null;

  constructor(task: CheckTask, context: ProbeContext) {
    super(task.intervalMs);
    this.key = task.key;
    this.checkId = task.checkId;
    this.timeoutMs = Math.min(task.timeoutMs, LONGEST_TIMEOUT_MS);
    this.outputMaxBytes = task.outputMaxBytes;
    this.successBeforePassing = task.successBeforePassing;
    this.failuresBeforeWarning = task.failuresBeforeWarning;
    this.failuresBeforeCritical = task.failuresBeforeCritical;
    this.probe = shared(task.probe);
    this.context = context;
    this.status = task.status;
    this.output = remembered(task.output);
    const { successes, failures } = initialStreaks(task);
    this.successes = successes;
    this.failures = failures;
  }
}

/** Most checks have no headers and the default TLS settings: they all share one of each. */
function shared(probe: Probe): Probe {
  if (!('tls' in probe) || (probe.kind === 'http' && probe.headers === NO_HEADERS)) return probe;
  const tls = probe.tls.serverName === '' && !probe.tls.skipVerify ? DEFAULT_TLS : probe.tls;
  if (probe.kind !== 'http') return { ...probe, tls };
  return { ...probe, tls, headers: Object.keys(probe.headers).length === 0 ? NO_HEADERS : probe.headers };
}

function remembered(output: string): string {
  if (output.length <= REMEMBERED_LENGTH) return output;
  // The tag keeps a digest from ever equalling a short output that looks like one.
  return `\u0000sha256:${createHash('sha256').update(output).digest('base64')}`;
}

interface ShardOptions {
  readonly clock: Clock;
  readonly concurrency: number;
  readonly context: ProbeContext;
  readonly start: (run: ProbeRun<Probe>, done: Done) => Cancel;
  /** A status or an output has changed. */
  readonly changed: (result: CheckResult) => void;
}

export class Shard {
  readonly #options: ShardOptions;
  readonly #checks = new Map<number, Check>();
  readonly #scheduler: Scheduler<Check>;

  constructor(options: ShardOptions) {
    this.#options = options;
    const { clock, concurrency } = options;
    this.#scheduler = new Scheduler({ clock, concurrency, start: (check) => this.#start(check) });
  }

  get size(): number {
    return this.#checks.size;
  }

  get running(): number {
    return this.#scheduler.running;
  }

  /** Checks that are due and wait for a slot. */
  get waiting(): number {
    return this.#scheduler.waiting;
  }

  /** A key that is known is replaced: nothing of the old check is kept, and nothing of it is told any more. */
  add(tasks: readonly CheckTask[]): void {
    for (const task of tasks) {
      this.#drop(task.key);
      const check = new Check(task, this.#options.context);
      this.#checks.set(task.key, check);
      this.#scheduler.add(check);
    }
  }

  /** Ends the checks, also in the middle of a run. Unknown keys are ignored. */
  remove(keys: readonly number[]): void {
    for (const key of keys) this.#drop(key);
  }

  /** Ends everything. */
  stop(): void {
    this.#scheduler.stop();
    for (const key of [...this.#checks.keys()]) this.#drop(key);
  }

  #drop(key: number): void {
    const check = this.#checks.get(key);
    if (check === undefined) return;
    this.#checks.delete(key);
    check.cancel?.();
    check.cancel = null;
    this.#scheduler.remove(check);
  }

  #start(check: Check): void {
    let isOver = false;
    const cancel = this.#options.start(check, (outcome) => {
      isOver = true;
      this.#finished(check, outcome);
    });
    if (!isOver) check.cancel = cancel;
  }

  /** A late result of a check that was removed or replaced belongs to nobody: its record isn't the known one. */
  #finished(check: Check, outcome: Outcome): void {
    if (this.#checks.get(check.key) !== check) return;
    check.cancel = null;
    this.#judge(check, outcome);
    this.#scheduler.finished(check);
  }

  #judge(check: Check, outcome: Outcome): void {
    const { logger } = check.context;
    const judgement = judge(check, check, outcome.status);
    if (judgement.kind === 'wait') {
      const { success, count, threshold } = judgement;
      const message = success
        ? 'Check passed but has not reached success threshold'
        : 'Check failed but has not reached warning/failure threshold';
      const kind = success ? 'success' : 'failure';
      const counts = [`${kind}_count`, count, `${kind}_threshold`, threshold];
      logger.warn(message, 'check', check.checkId, 'status', outcome.status, ...counts);
      return;
    }
    const output = remembered(outcome.output);
    const isNews = judgement.status !== check.status;
    if (!isNews && output === check.output) {
      this.#log(check, judgement.status, 'debug');
      return;
    }
    check.status = judgement.status;
    check.output = output;
    this.#log(check, judgement.status, isNews ? 'warn' : 'debug');
    this.#options.changed({ key: check.key, status: judgement.status, output: outcome.output });
  }

  /** Said aloud when the status changes; the repetitions, thousands a second when a network is down, are for debugging. */
  #log(check: Check, status: CheckStatus, level: 'warn' | 'debug'): void {
    const { logger } = check.context;
    if (status === 'passing') logger.debug('Check status updated', 'check', check.checkId, 'status', status);
    else logger.log(level, `Check is now ${status}`, 'check', check.checkId);
  }
}
