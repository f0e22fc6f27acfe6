// Changes of services that share one write to the disk, as those of one stream do. Each is one as ever, refused or done by itself;
// only the disk refuses all of them together. A batch is written in the turn of the loop in which its first change was placed:
// what the local state shows must be on its way, or somebody else's answer would rest on nothing.

import { type LocalOutcome, refused } from '../state/outcomes.js';
import type { CommitOutcome } from '../store/registration-store.js';
import type { Operation } from '../store/store-operations.js';
import type { ServiceRegistration } from './service-registration.js';
import { Transaction } from './transaction.js';

/** How the registrar does it. */
interface BatchedChanges {
  register(registration: ServiceRegistration, warnsAboutNames: boolean): Transaction | LocalOutcome;
  deregister(id: string): Transaction | LocalOutcome;
  write(operations: readonly Operation[]): Promise<CommitOutcome>;
  outcome(transaction: Transaction, written: CommitOutcome): LocalOutcome | Promise<LocalOutcome>;
}

export class ChangeBatch {
  readonly #changes: BatchedChanges;
  readonly #placed: (Transaction | LocalOutcome)[] = [];

  constructor(changes: BatchedChanges) {
    this.#changes = changes;
  }

  register(registration: ServiceRegistration): void {
    // Thousands of names that DNS can't find would be thousands of lines: the first of a batch stands for them.
    this.#placed.push(this.#changes.register(registration, this.#placed.length === 0));
  }

  deregister(id: string): void {
    this.#placed.push(this.#changes.deregister(id));
  }

  /** One that can't even be read: its outcome stands in its place. */
  refuse(text: string): void {
    this.#placed.push(refused('invalid', text));
  }

  deny(text: string): void {
    this.#placed.push(refused('denied', text));
  }

  /** One that an error of ours kept from being done. */
  fail(): void {
    this.#placed.push(refused('failed', 'Internal Server Error'));
  }

  /** The outcome of each, in order, when all that was taken is on the disk or refused by it. */
  async write(): Promise<readonly LocalOutcome[]> {
    const transactions = this.#placed.filter((placed) => placed instanceof Transaction);
    if (transactions.length === 0) return this.#placed as readonly LocalOutcome[];
    const written = await this.#changes.write(transactions.flatMap(({ operations }) => operations));
    const outcomes = this.#placed.map((placed) =>
      placed instanceof Transaction ? this.#changes.outcome(placed, written) : placed,
    );
    return Promise.all(outcomes);
  }
}
