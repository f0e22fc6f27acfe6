// The work of one stream of changes: a piece of the body is taken in steps of a few items, each written to the disk as one, and each
// item's outcome goes into the answer in its place. What is under way is bounded, and the client isn't read while it is too much.

import { surprise } from '../../../../observe/surprise.js';
import type { Item, ItemStream } from '../../http/items/item-stream.js';
import type { ResultStream } from '../../http/items/result-stream.js';
import type { LocalAgent } from '../../local/local-agent.js';
import type { ChangeBatch } from '../../local/registration/change-batch.js';
import { type LocalOutcome, refused } from '../../local/state/outcomes.js';
import { type Steps, turns } from '../../turns/turns.js';
import { resultJson } from './bulk-result.js';

/** Of a step: together well below a millisecond mostly. */
const MAX_ITEMS = 32;
const MAX_BYTES = 64 * 1024;
/** Items, and their bytes, that wait for the disk. */
const MAX_ITEMS_UNDER_WAY = 4_096;
const MAX_BYTES_UNDER_WAY = 8 * 1024 * 1024;

const FAILED = refused('failed', 'Internal Server Error');

/** Makes the change that an item asks for; its result is the ID that the item is about. */
export type Place<T> = (batch: ChangeBatch, value: T) => string;

export class BulkRun<T> {
  readonly #local: LocalAgent;
  readonly #items: ItemStream<T>;
  readonly #place: Place<T>;
  readonly #answer: ResultStream;
  #itemsUnderWay = 0;
  #bytesUnderWay = 0;
  /** Done when the outcomes of all steps so far are in the answer. */
  #answered: Promise<void> = Promise.resolve();
  #wake: (() => void) | null = null;

  constructor(local: LocalAgent, items: ItemStream<T>, place: Place<T>, answer: ResultStream) {
    this.#local = local;
    this.#items = items;
    this.#place = place;
    this.#answer = answer;
  }

  /**
   * Never throws: the answer is on its way. What a bug of ours cut short is said in the last result, and what was taken before has its
   * own. Of a client that is gone, what came whole is done.
   */
  async run(): Promise<void> {
    const isWhole = await isDone(this.#takeAll());
    const isTold = await isDone(this.#answered);
    // As after a single call, whoever asks next finds the services.
    const isTried = await isDone(this.#local.backlogAttempted());
    if (!(isWhole && isTold && isTried)) this.#answer.add([resultJson('', FAILED)]);
    this.#answer.complete();
  }

  async #takeAll(): Promise<void> {
    for (let items = await this.#items.next(); items !== null; items = await this.#items.next()) {
      await turns.finished(this.#steps(items));
      await this.#room();
      // Pieces that are there already are taken in turns of their own.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  *#steps(items: Iterable<Item<T>>): Steps<void> {
    const iterator = items[Symbol.iterator]();
    while (this.#step(iterator)) yield;
  }

  /** False behind the last item. */
  #step(items: Iterator<Item<T>>): boolean {
    const batch = this.#local.registrar.batch();
    const ids: string[] = [];
    let bytes = 0;
    let isLast = false;
    try {
      while (ids.length < MAX_ITEMS && bytes < MAX_BYTES && !isLast) {
        const { done, value: item } = items.next();
        if (done === true) isLast = true;
        else {
          ids.push(item.ok ? this.#placed(batch, item.value) : '');
          if (item.ok) bytes += item.bytes;
          else if (item.error === null) batch.fail();
          else batch.refuse(item.error);
        }
      }
    } finally {
      // Whatever comes in between: what was placed is shown, so it must be on its way to the disk.
      if (ids.length > 0) this.#underWay(batch.write(), ids, bytes);
    }
    return !isLast;
  }

  /** An exception is a bug of ours, and costs its item alone. */
  #placed(batch: ChangeBatch, value: T): string {
    try {
      return this.#place(batch, value);
    } catch (error) {
      surprise(error);
      batch.fail();
      return '';
    }
  }

  #underWay(written: Promise<readonly LocalOutcome[]>, ids: readonly string[], bytes: number): void {
    this.#itemsUnderWay += ids.length;
    this.#bytesUnderWay += bytes;
    const before = this.#answered;
    this.#answered = this.#tell(before, written, ids, bytes);
    // Whoever awaits the last step hears of it.
    this.#answered.catch(() => {});
  }

  async #tell(
    before: Promise<void>,
    written: Promise<readonly LocalOutcome[]>,
    ids: readonly string[],
    bytes: number,
  ): Promise<void> {
    const [outcomes] = await Promise.all([written, before]);
    this.#itemsUnderWay -= ids.length;
    this.#bytesUnderWay -= bytes;
    this.#answer.add(outcomes.map((outcome, at) => resultJson(ids[at] ?? '', outcome)));
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }

  async #room(): Promise<void> {
    while (this.#itemsUnderWay > MAX_ITEMS_UNDER_WAY || this.#bytesUnderWay > MAX_BYTES_UNDER_WAY) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    await this.#answer.room();
  }
}

/** False where it failed, which is told. */
async function isDone(work: Promise<void>): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    surprise(error);
    return false;
  }
}
