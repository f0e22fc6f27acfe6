// The writes of one round on their way: so many at a time, the first of them in one go, and those that can go together in groups.

import type { TxnOperation, TxnResponse } from '../../../../wire/commands.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import type { Write } from './write.js';
import { groupedBytes, WriteGroup } from './write-group.js';

const MAX_OUTSTANDING = 512;
/** With fewer than this in a round each goes alone, as with a stock agent. */
const MIN_GROUPED = 64;

interface Ways {
  /** Null: nothing is to be done for it. */
  writeOf(id: string): Write | null;
  sendTogether(operations: readonly TxnOperation[], token: string): Promise<TxnResponse | Refusal>;
  readonly nodeName: string;
  /** Nothing goes any more: the rest isn't tried. */
  isStopped(): boolean;
  notTried(write: Write): void;
  /** A refusal of a group that says nothing of its single writes. */
  mayGoAlone(refusal: Refusal): boolean;
  answered(write: Write, outcome: true | Refusal): void;
  writtenTogether(writes: readonly Write[]): void;
}

export class RoundWrites {
  readonly #ways: Ways;
  readonly #left: Iterator<string>;
  readonly #groups: boolean;
  /** Of groups that were refused: each goes again by itself. */
  readonly #again: Write[] = [];
  #outstanding = 0;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor(ids: ReadonlySet<string>, ways: Ways) {
    this.#ways = ways;
    this.#left = ids.values();
    this.#groups = ids.size >= MIN_GROUPED;
  }

  /** Resolves when all are answered. */
  send(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.#sendMore();
    });
  }

  #sendMore(): void {
    let group: WriteGroup | null = null;
    let isLast = false;
    while (this.#outstanding < MAX_OUTSTANDING && !isLast) {
      const again = this.#again.pop();
      const write = again ?? this.#next();
      if (write === null) isLast = true;
      else if (this.#ways.isStopped()) this.#ways.notTried(write);
      else {
        this.#outstanding += 1;
        const bytes =
          this.#groups && again === undefined && write.groupable !== null ? groupedBytes(write.groupable) : null;
        if (write.groupable === null || bytes === null) {
          this.#sendAlone(write);
          continue;
        }
        const { token } = write.groupable;
        if (group !== null && !group.takes(token, bytes)) {
          this.#sendGroup(group);
          group = null;
        }
        group ??= new WriteGroup(token);
        group.add(write, bytes);
      }
    }
    if (group !== null) this.#sendGroup(group);
    if (isLast && this.#outstanding === 0) this.#resolve();
  }

  #next(): Write | null {
    for (let next = this.#left.next(); next.done !== true; next = this.#left.next()) {
      const write = this.#ways.writeOf(next.value);
      if (write !== null) return write;
    }
    return null;
  }

  #sendAlone(write: Write): void {
    write.send().then((outcome) => this.#back([write], () => this.#ways.answered(write, outcome)), this.#reject);
  }

  #sendGroup(group: WriteGroup): void {
    const { writes, token } = group;
    const operations = group.operations(this.#ways.nodeName);
    this.#ways
      .sendTogether(operations, token)
      .then((outcome) => this.#back(writes, () => this.#groupAnswered(writes, outcome)), this.#reject);
  }

  #groupAnswered(writes: readonly Write[], outcome: TxnResponse | Refusal): void {
    if (isRefusal(outcome)) {
      if (this.#ways.mayGoAlone(outcome)) this.#again.push(...writes);
      else for (const write of writes) this.#ways.answered(write, outcome);
    } else if (outcome.Errors !== null && outcome.Errors.length > 0) this.#again.push(...writes);
    else this.#ways.writtenTogether(writes);
  }

  #back(writes: readonly Write[], take: () => void): void {
    this.#outstanding -= writes.length;
    try {
      take();
      this.#sendMore();
    } catch (error) {
      this.#reject(error);
    }
  }
}
