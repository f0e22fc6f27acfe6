// What the events of one test file come to: tests counted, and everything that must not go unnoticed named.

import type { TestEvent, Verdict } from './event-reporter.js';

export interface Failure {
  readonly name: string;
  readonly line: number;
  readonly text: string;
}

export interface Skip {
  readonly name: string;
  /** '' when the test doesn't say. */
  readonly reason: string;
  /** A describe with all that it holds; node doesn't look into it, so it counts as one. */
  readonly isWhole: boolean;
}

export class Tally {
  passed = 0;
  readonly failures: Failure[] = [];
  readonly skips: Skip[] = [];
  readonly remarks: string[] = [];
  isEnded = false;
  /** By nesting: whether something was reported there since its parent's place began. */
  readonly #hasReported: boolean[] = [];
  readonly #running = new Map<string, number>();

  constructor(events: Iterable<TestEvent>) {
    for (const event of events) this.#take(event);
  }

  /** Tests that began and did not end. */
  get unfinished(): readonly string[] {
    return [...this.#running].filter(([, count]) => count > 0).map(([name]) => name);
  }

  get count(): number {
    return this.passed + this.failures.length + this.skips.length;
  }

  #take(event: TestEvent): void {
    if (event.kind === 'begun') this.#count(event.name, 1);
    else if (event.kind === 'completed') this.#count(event.name, -1);
    else if (event.kind === 'remark') this.remarks.push(event.text);
    else if (event.kind === 'ended') this.isEnded = true;
    else this.#judge(event);
  }

  #count(name: string, change: 1 | -1): void {
    this.#running.set(name, (this.#running.get(name) ?? 0) + change);
  }

  #judge(event: Verdict): void {
    const hasChildren = this.#hasReported[event.nesting + 1] ?? false;
    this.#hasReported[event.nesting + 1] = false;
    this.#hasReported[event.nesting] = true;
    const { name, line } = event;
    if (event.skipped !== null) {
      this.skips.push({
        name: event.isSuite ? `${name} (all of it)` : name,
        reason: event.skipped,
        isWhole: event.isSuite,
      });
    } else if (event.kind === 'failed') {
      if (event.isSuite && event.isByChild) return;
      this.failures.push({ name, line, text: event.error });
    } else if (event.isSuite) {
      if (!hasChildren) this.failures.push({ name, line, text: 'there is no test in it' });
    } else this.passed += 1;
  }
}
