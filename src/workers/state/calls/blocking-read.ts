// One read on its way to its answer (spec/rpc.md, "Blocking reads"). A blocking query that found nothing newer than its
// index waits for a change of what its result depends on, for its deadline, for a restore of the store, or to be aborted.
// Thousands wait at once: this object and the prepared read are all that is kept here of one. Whoever asks extends it with
// what becomes of the answer, so that no other object is needed for that.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import { type OtherDatacenters, type PreparedRead, type ReadResult, shownSteps } from '../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import type { Consensus } from '../replica/consensus.js';
import type { StoreReads } from '../replica/store/read-api.js';
import { turns, type Work } from '../turns/turns.js';
import type { Consistency, ReadSettings } from './read-settings.js';

/** What an answer says of where it comes from. */
export interface ReadOrigin {
  /** A leader is known there, be it that server or another. */
  readonly hasLeader: boolean;
  /** Milliseconds since that server heard of its leader; 0 on the leader. */
  readonly lastContactMs: number;
  /** Of an answer that came by way of a client agent's cache. */
  readonly cache?: CacheWord;
  /** Something was kept from the asker. */
  readonly isFiltered?: true;
}

export interface CacheWord {
  /** It was there before it was asked for. */
  readonly isHit: boolean;
  /** Milliseconds since nobody can say whether it is still so; 0 while a server would tell. */
  readonly ageMs: number;
}

/** What all reads of a server share. */
export interface ReadContext {
  readonly store: StoreReads;
  readonly consensus: Consensus;
  /** Other datacenters, asked as the read was; null where this thread can't ask them. */
  readonly others: { with(consistency: Consistency, caller: Caller): OtherDatacenters } | null;
  /** Reads that wait right now. */
  waiting: number;
  stopping: boolean;
}

/** Index as clients see it: never 0. */
function shownIndex(index: number): number {
  return index > 0 ? index : 1;
}

/**
 * Of an answer from this store; the leadership itself, as a rule. Whoever sends no token isn't told that something is hidden, be the
 * rights another token's.
 */
function originOf<T>(
  leadership: ReadOrigin,
  prepared: PreparedRead<T> | null,
  caller: Caller | null,
  others: Pick<OtherDatacenters, 'hasHidden'> | null = null,
): ReadOrigin {
  const hasHidden = prepared?.sight?.tellsHidden === true || others?.hasHidden === true;
  if (!hasHidden || caller === null || caller.token === '') return leadership;
  const { hasLeader, lastContactMs } = leadership;
  return { hasLeader, lastContactMs, isFiltered: true };
}

/**
 * What a read is after its token was judged once more: null: what it was; else the read as the token now allows it. A promise
 * where another server has to be asked for that.
 */
export type JudgedAnew<T> = PreparedRead<T> | Refusal | null;
export type JudgeAnew<T> = () => JudgedAnew<T> | Promise<JudgedAnew<T>>;

export abstract class BlockingRead<T> implements Deadline {
  /** 0 while it doesn't wait. */
  dueMs = 0;
  slot = -1;
  order = 0;
  readonly consistency: Consistency;
  /** The asker sent an index. */
  readonly blocks: boolean;
  #context: ReadContext | null = null;
  #prepared: PreparedRead<T> | null = null;
  /** The client's; raised by the not-found rule. */
  #minIndex: number;
  #generation = 0;
  #missed = false;
  #unwatch: (() => void) | null = null;
  /** The answer is being put together. */
  #work: Work | null = null;
  /** Another server is asked. */
  #elsewhere: Pick<Work, 'cancel'> | null = null;
  /** Ends a pause before the read has begun. */
  #resume: ((isThere: boolean) => void) | null = null;
  #isAborted = false;
  #goesElsewhere: (() => boolean) | null = null;
  #caller: Caller | null = null;
  #judgeAnew: JudgeAnew<T> | null = null;

  constructor({ consistency, minIndex }: ReadSettings) {
    this.consistency = consistency;
    this.blocks = minIndex > 0;
    this.#minIndex = minIndex;
  }

  /** The answer; `index` is at least 1. Called once, unless the read is refused, fails or is aborted. */
  protected abstract answered(value: T, index: number, origin: ReadOrigin): void;
  /** The answer that there is none. */
  abstract refused(refused: Refusal): void;
  /** The read threw: a bug, to be reported and answered. Nobody above catches what a timer or a change has called. */
  abstract crashed(error: unknown): void;
  /** It goes to the store, for the first time. */
  protected begun(): void {}
  /** It begins to wait, for a change or for its turn, perhaps once more: whatever isn't needed for the answer can go. */
  protected abstract parked(): void;

  /**
   * Leader and consistency are settled: answers now, or waits up to `waitMs`, if that isn't 0. `goesElsewhere` is asked once before the answer
   * of one that waited: true when somebody else is to give it, who may make it start again. `judgeAnew` is asked whenever it
   * was woken: who lost his rights while he waited is shown nothing; null where ACLs are off.
   */
  start(
    context: ReadContext,
    prepared: PreparedRead<T>,
    waitMs: number,
    caller: Caller,
    judgeAnew: JudgeAnew<T> | null,
    goesElsewhere: (() => boolean) | null = null,
  ): void {
    this.#context = context;
    this.#caller = caller;
    this.#judgeAnew = judgeAnew;
    this.#goesElsewhere = goesElsewhere;
    this.#prepared = prepared;
    this.begun();
    if (this.#isRefused(prepared)) return;
    const result = prepared.read();
    const isOnce = !this.blocks || waitMs === 0 || context.stopping;
    if (isOnce || shownIndex(result.index) > this.#minIndex) {
      this.#answer(result);
      return;
    }
    this.#generation = context.store.generation;
    this.#missed = prepared.missing?.(result) ?? false;
    // Whole milliseconds: a fraction would be an object of its own.
    this.dueMs = Math.ceil(deadlines.now() + waitMs);
    context.waiting += 1;
    deadlines.add(this);
    this.#watch(context, prepared, result);
    this.parked();
  }

  expire(): void {
    this.#stopWaiting();
    this.#guarded((_context, prepared) => {
      if (!this.#isRefused(prepared)) this.#confirm(prepared.read());
    });
  }

  /** The asker has gone. */
  abort(): void {
    this.#isAborted = true;
    this.#stopWaiting();
    this.#work?.cancel();
    this.#elsewhere?.cancel();
    this.#resume?.(false);
  }

  /** Another server is asked, which does all the waiting; its word comes by {@link answerFrom} or `refused`. */
  askElsewhere(work: Pick<Work, 'cancel'>): void {
    this.#elsewhere = work;
    this.parked();
  }

  answerFrom(origin: ReadOrigin, value: T, index: number): void {
    this.answered(value, shownIndex(index), origin);
  }

  /** Waits before the read has begun; false when the asker has gone meanwhile. */
  pauseUntil(dueMs: number): Promise<boolean> {
    this.parked();
    // Whoever hears of the wait may say that the asker has gone already.
    if (this.#isAborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const deadline: Deadline = { dueMs, slot: -1, order: 0, expire: () => this.#resume?.(true) };
      this.#resume = (isThere) => {
        this.#resume = null;
        deadlines.remove(deadline);
        resolve(isThere);
      };
      deadlines.add(deadline);
    });
  }

  /** What is asked before the read begins; null when the asker has gone meanwhile: then nobody would end what begins. */
  async settleFirst<Word>(word: Promise<Word>): Promise<Word | null> {
    this.parked();
    const settled = await word;
    return this.#isAborted ? null : settled;
  }

  /** What a pause was for has come. */
  endPause(): void {
    this.#resume?.(true);
  }

  #watch(context: ReadContext, prepared: PreparedRead<T>, result: ReadResult<T>): void {
    const wake = () => this.#guarded((...parts) => this.#wake(...parts));
    this.#unwatch = context.store.watches.watch(prepared.watch(result), wake);
  }

  #guarded(work: (context: ReadContext, prepared: PreparedRead<T>) => void): void {
    if (this.#context === null || this.#prepared === null) return;
    try {
      const judged = this.#judgeAnew?.() ?? null;
      if (judged instanceof Promise) this.#answerOnceJudged(judged);
      else if (this.#take(judged)) work(this.#context, this.#prepared);
    } catch (error) {
      this.#stopWaiting();
      this.crashed(error);
    }
  }

  /** False when the token allows it no longer: it has its answer. */
  #take(judged: JudgedAnew<T>): boolean {
    if (isRefusal(judged)) {
      this.#stopWaiting();
      this.refused(judged);
      return false;
    }
    if (judged !== null) this.#prepared = judged;
    return true;
  }

  /** It waits for nothing else meanwhile, and then gets what there is. */
  #answerOnceJudged(judged: Promise<JudgedAnew<T>>): void {
    this.#stopWaiting();
    judged
      .then((anew) => {
        const isThere = !this.#isAborted && this.#take(anew);
        if (isThere && this.#prepared !== null && !this.#isRefused(this.#prepared))
          this.#confirm(this.#prepared.read());
      })
      .catch((error: unknown) => this.crashed(error));
  }

  #wake(context: ReadContext, prepared: PreparedRead<T>): void {
    this.#unwatch = null;
    if (this.#isRefused(prepared)) return;
    const result = prepared.read();
    const index = shownIndex(result.index);
    const isRestored = context.store.generation !== this.#generation;
    if (!isRestored && prepared.missing?.(result)) {
      // The not-found rule: from the second miss on only an appearance ends the query.
      if (this.#missed && index > this.#minIndex) this.#minIndex = index;
      this.#missed = true;
    }
    if (isRestored || index > this.#minIndex) {
      this.#stopWaiting();
      this.#confirm(result);
    } else {
      this.#watch(context, prepared, result);
    }
  }

  #isRefused(prepared: PreparedRead<T>): boolean {
    const refused = prepared.refuse?.() ?? null;
    if (refused === null) return false;
    this.#stopWaiting();
    this.refused(refused);
    return true;
  }

  #stopWaiting(): void {
    if (this.dueMs === 0) return;
    this.dueMs = 0;
    if (this.#context !== null) this.#context.waiting -= 1;
    deadlines.remove(this);
    this.#unwatch?.();
    this.#unwatch = null;
  }

  /** A consistent read makes sure again that this server still leads when it answers. */
  #confirm(result: ReadResult<T>): void {
    if (this.consistency !== 'consistent') {
      this.#answer(result);
      return;
    }
    const leads = this.#context?.consensus.verifyLeader() ?? Promise.resolve(false);
    leads
      .then((isLeader) => {
        if (isLeader) this.#answer(result);
        else this.refused(refusal('not-ready'));
      })
      .catch((error: unknown) => this.crashed(error));
  }

  #answer({ index, value }: ReadResult<T>): void {
    if (this.#context === null) return;
    const goesElsewhere = this.#goesElsewhere;
    this.#goesElsewhere = null;
    if (goesElsewhere?.() === true) return;
    const { leadership } = this.#context.consensus;
    const prepared = this.#prepared;
    if (prepared?.narrowInSteps === undefined && prepared?.visible === undefined) {
      const shown = prepared?.narrow === undefined ? value : prepared.narrow(value);
      if (prepared?.elsewhere === undefined || !this.#asksOthers(shown, index, prepared, this.#context)) {
        this.answered(shown, shownIndex(index), originOf(leadership, prepared, this.#caller));
      }
      return;
    }
    this.#work = turns.run(
      shownSteps(prepared, value),
      (shown) => this.answered(shown, shownIndex(index), originOf(leadership, prepared, this.#caller)),
      (error) => this.crashed(error),
    );
    if (!this.#work.isOver) this.parked();
  }

  /** Whether other datacenters are asked what they have in place of this. */
  #asksOthers(value: T, index: number, prepared: PreparedRead<T>, { others, consensus }: ReadContext): boolean {
    if (others === null || this.#caller === null) return false;
    const caller = this.#caller;
    const there = others.with(this.consistency, caller);
    const asked = prepared.elsewhere?.(value, there) ?? null;
    if (asked === null) return false;
    this.parked();
    asked
      .then((found) => {
        if (this.#isAborted) return;
        const known = shownIndex(prepared.keepsIndex === true ? index : 0);
        this.answered(found, known, originOf(consensus.leadership, prepared, caller, there));
      })
      .catch((error: unknown) => this.crashed(error));
    return true;
  }
}
