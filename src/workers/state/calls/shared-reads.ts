// Blocking queries of a client agent: all callers that ask the same with the same index wait for one query of a server, which
// ends when nobody waits for it any more (spec/rpc.md, section 8). Each has its own time: who has less than the query leaves
// and asks once without waiting; who has more asks again when it ran out. One that ends before has something to say, be its
// index a lower one: the servers' state was restored, or they stop.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { Asked, AskedRead, ServerAsking } from './elsewhere.js';
import { keyOf, type Question } from './question.js';
import { atOnce, type ReadSettings } from './read-settings.js';
import { tellInTurns } from './tell-in-turns.js';

/** A difference of waits that isn't worth a query of its own. */
const SAME_WAIT_MS = 250;

/** Put to a server. */
interface PutQuestion<Request, Value> extends Question<Request, Value> {
  readonly address: string;
  readonly settings: ReadSettings;
}

/** One query and who waits for it. */
interface Query {
  readonly question: PutQuestion<unknown, never>;
  readonly endsMs: number;
  readonly waiters: Set<Waiter<never>>;
  work: Asked;
  /** It was answered, and not before its time was over. */
  hasRunOut: boolean;
}

/** One caller, until it is answered or gives up. */
class Waiter<Value> implements Deadline, Asked {
  readonly dueMs: number;
  slot = -1;
  order = 0;
  readonly done: (answer: AskedRead<Value>) => void;
  /** Undoes what it waits for now. */
  leave: () => void = () => {};
  /** Its own time is over before the query's. */
  expired: () => void = () => {};

  constructor(waitMs: number, done: (answer: AskedRead<Value>) => void) {
    this.dueMs = Math.ceil(deadlines.now() + waitMs);
    this.done = done;
  }

  expire(): void {
    this.expired();
  }

  cancel(): void {
    this.leave();
  }
}

export class SharedReads {
  readonly #asking: Pick<ServerAsking, 'read'>;
  readonly #queries = new Map<string, Query>();
  #waiting = 0;
  #alone = 0;
  #isStopping = false;

  constructor(asking: Pick<ServerAsking, 'read'>) {
    this.#asking = asking;
  }

  /** Callers that wait for one of the queries now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** `done` is called once, unless it is cancelled before. */
  read<Request, Value>(question: PutQuestion<Request, Value>, done: (answer: AskedRead<Value>) => void): Asked {
    const waiter = new Waiter(question.settings.waitMs, done);
    this.#join(question, waiter);
    return waiter;
  }

  /** From now on nobody waits: those who do are told what there is now, by one call for all who ask the same. */
  stop(): void {
    this.#isStopping = true;
    for (const [key, query] of [...this.#queries]) {
      query.work.cancel();
      this.#ask(key, query, withoutWait(query.question));
    }
  }

  #join<Request, Value>(question: PutQuestion<Request, Value>, waiter: Waiter<Value>): void {
    if (this.#isStopping) {
      this.#askOnce(question, waiter);
      return;
    }
    const key = this.#keyOf(question);
    const query = this.#queries.get(key) ?? this.#begin(key, question, waiter);
    query.waiters.add(waiter as Waiter<never>);
    this.#waiting += 1;
    const isFirstToGo = waiter.dueMs < query.endsMs - SAME_WAIT_MS;
    if (isFirstToGo) deadlines.add(waiter);
    waiter.leave = () => {
      if (isFirstToGo) deadlines.remove(waiter);
      if (query.waiters.delete(waiter as Waiter<never>)) this.#waiting -= 1;
      if (query.waiters.size > 0 || this.#queries.get(key) !== query) return;
      this.#queries.delete(key);
      query.work.cancel();
    };
    waiter.expired = () => {
      waiter.leave();
      this.#askOnce(question, waiter);
    };
  }

  /** Whoever is asked: callers that begin while the servers change may share what was begun before. */
  #keyOf<Request, Value>(question: PutQuestion<Request, Value>): string {
    const { consistency, minIndex } = question.settings;
    // What makes sure of its leader is nobody else's answer.
    if (consistency === 'consistent') return String(++this.#alone);
    return keyOf(question, `${consistency} ${minIndex}`);
  }

  #begin<Request, Value>(key: string, question: PutQuestion<Request, Value>, first: Waiter<Value>): Query {
    const query: Query = {
      question: question as PutQuestion<unknown, never>,
      endsMs: first.dueMs,
      waiters: new Set(),
      work: { cancel: () => {} },
      hasRunOut: false,
    };
    this.#queries.set(key, query);
    this.#ask(key, query, question);
    return query;
  }

  #ask<Request, Value>(key: string, query: Query, question: PutQuestion<Request, Value>): void {
    query.work = this.#read(question, (answer) => {
      if (this.#queries.get(key) === query) this.#queries.delete(key);
      query.hasRunOut = deadlines.now() >= query.endsMs - SAME_WAIT_MS;
      // Its first caller has not joined yet where there was nothing to wait for.
      setImmediate(() => this.#tell(query, question, answer));
    });
  }

  #read<Request, Value>(question: PutQuestion<Request, Value>, done: (answer: AskedRead<Value>) => void): Asked {
    const { address, method, request, settings, datacenter, token } = question;
    return this.#asking.read(address, method, request, settings, datacenter, token, done);
  }

  #tell<Request, Value>(query: Query, question: PutQuestion<Request, Value>, answer: AskedRead<Value>): void {
    const hasRunOut = answer.ok && answer.index <= question.settings.minIndex && query.hasRunOut;
    tellInTurns(query.waiters, (each) => {
      const waiter = each as Waiter<unknown> as Waiter<Value>;
      waiter.leave();
      const leftMs = waiter.dueMs - deadlines.now();
      if (hasRunOut && leftMs > SAME_WAIT_MS) this.#join(withWait(question, leftMs), waiter);
      else waiter.done(answer);
    });
  }

  /** Its time is over: what there is now is the answer. */
  #askOnce<Request, Value>(question: PutQuestion<Request, Value>, waiter: Waiter<Value>): void {
    const work = this.#read(withoutWait(question), waiter.done);
    waiter.leave = () => work.cancel();
  }
}

function withoutWait<Request, Value>(question: PutQuestion<Request, Value>): PutQuestion<Request, Value> {
  return { ...question, settings: atOnce(question.settings) };
}

function withWait<Request, Value>(question: PutQuestion<Request, Value>, waitMs: number): PutQuestion<Request, Value> {
  return { ...question, settings: { ...question.settings, waitMs } };
}
