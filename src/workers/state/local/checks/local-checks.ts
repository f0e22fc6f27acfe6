// Runs the local checks: TTL and alias checks in this thread, all others as tasks of the check workers, which ask for them when
// they take them: a registration makes none. A check that is registered again unchanged goes on undisturbed; only a TTL starts
// anew.

import type { Logger } from '../../../../observe/logger.js';
import { surprise } from '../../../../observe/surprise.js';
import type { CheckResult } from '../../../../wire/checks/check-port.js';
import type { CheckTask } from '../../../../wire/checks/check-task.js';
import type { CheckType } from '../../../../wire/definitions.js';
import type { CheckEntry } from '../state/entries.js';
import { sameContent } from '../state/equality.js';
import type { LocalState } from '../state/local-state.js';
import type { AliasChecks } from './alias-checks.js';
import { kindOf } from './check-kind.js';
import { type CheckOwner, type CheckRunner, MIN_INTERVAL_MS, milliseconds, outputLimit, taskOf } from './check-task.js';
import type { TtlChecks } from './ttl-checks.js';

/**
 * Workers tell only of what differs from the status and output in the task. The first critical result of a check that may
 * remove its service must be heard of even if it says nothing new: it starts the time.
 */
const NO_PROBE_SAYS_THIS = '\u0000';

/** A check may not remove its service sooner. */
const MIN_DEREGISTER_MS = 60_000;

interface Running {
  readonly definition: CheckType;
  readonly serviceId: string;
  /** Key of its task; this thread runs a check of another kind itself. */
  readonly by: number | 'ttl' | 'alias';
}

interface LocalChecksOptions {
  readonly state: LocalState;
  readonly ttl: TtlChecks;
  readonly alias: AliasChecks;
  readonly runner: CheckRunner;
  readonly logger: Logger;
  readonly checkOutputMaxSize: number;
}

export class LocalChecks implements CheckOwner {
  readonly #options: LocalChecksOptions;
  readonly #running = new Map<string, Running>();
  readonly #idOf = new Map<number, string>();
  /** Checks that remove their service when they stay critical: how long, in milliseconds. */
  readonly #reapAfterMs = new Map<string, number>();
  #nextKey = 1;

  constructor(options: LocalChecksOptions) {
    this.#options = options;
    options.runner.serve(this);
  }

  /** Service checks that remove their service, with their time in milliseconds. */
  get reapable(): ReadonlyMap<string, number> {
    return this.#reapAfterMs;
  }

  /** Runs the check of an entry that was put; `restart` does so even when it runs already. */
  start(entry: CheckEntry, restart: boolean): void {
    const { id, definition } = entry;
    if (definition === null) {
      this.stop(id);
      return;
    }
    const known = this.#running.get(id);
    const unchanged = known?.serviceId === entry.check.ServiceID && sameContent(known.definition, definition);
    if (known && unchanged && !restart && definition.TTL <= 0) return;
    if (known && !(unchanged && definition.TTL > 0)) this.stop(id);
    this.#noteReaping(id, definition);
    this.#running.set(id, { definition, serviceId: entry.check.ServiceID, by: this.#begin(id, definition) });
  }

  stop(id: string): void {
    this.#reapAfterMs.delete(id);
    const running = this.#running.get(id);
    if (!running) return;
    this.#running.delete(id);
    const { ttl, alias, runner } = this.#options;
    if (running.by === 'ttl') ttl.stop(id);
    else if (running.by === 'alias') alias.stop(id);
    else {
      this.#idOf.delete(running.by);
      runner.end(running.by);
    }
  }

  stopAll(): void {
    for (const id of [...this.#running.keys()]) this.stop(id);
  }

  task(key: number): CheckTask | null {
    const id = this.#idOf.get(key);
    const entry = id === undefined ? undefined : this.#options.state.check(id);
    if (!entry?.definition) return null;
    const { check, definition } = entry;
    const known = this.#reapAfterMs.has(entry.id) ? { ...check, Output: NO_PROBE_SAYS_THIS } : check;
    return taskOf(key, definition, known, this.#options.checkOutputMaxSize);
  }

  /** Results of tasks that were ended meanwhile don't count. */
  hear(results: readonly CheckResult[]): void {
    for (const { key, status, output } of results) {
      const id = this.#idOf.get(key);
      if (id === undefined) continue;
      try {
        this.#options.state.updateCheck(id, status, output);
      } catch (error) {
        surprise(error);
      }
    }
  }

  #begin(id: string, definition: CheckType): Running['by'] {
    const { ttl, alias, logger, runner, checkOutputMaxSize } = this.#options;
    const kind = kindOf(definition);
    if (kind === 'ttl') {
      ttl.start(id, milliseconds(definition.TTL), outputLimit(definition, checkOutputMaxSize));
      return 'ttl';
    }
    if (kind === 'alias') {
      alias.start(id, { node: definition.AliasNode, serviceId: definition.AliasService });
      return 'alias';
    }
    if (milliseconds(definition.Interval) < MIN_INTERVAL_MS) {
      logger.warn('check has interval below minimum', 'check', id, 'minimum_interval', '1s');
    }
    const key = this.#nextKey++;
    this.#idOf.set(key, id);
    runner.run(key);
    return key;
  }

  #noteReaping(id: string, definition: CheckType): void {
    const afterMs = milliseconds(definition.DeregisterCriticalServiceAfter);
    if (afterMs <= 0) return;
    if (afterMs < MIN_DEREGISTER_MS) {
      this.#options.logger.warn('check has deregister interval below minimum', 'check', id, 'minimum_interval', '1m0s');
    }
    this.#reapAfterMs.set(id, Math.max(MIN_DEREGISTER_MS, afterMs));
  }
}
