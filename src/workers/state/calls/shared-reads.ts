// Blocking queries of a client agent: all callers that ask the same with the same index wait for one query of a server, which
// ends when nobody waits for it any more (spec/rpc.md, section 8). Each has its own time: who has less than the query leaves
// and asks once without waiting; who has more asks again when it ran out. One that ends before has something to say, be its
// index a lower one: the servers' state was restored, or they stop.

import { createHash } from 'node:crypto';
import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { ReadMethod } from '../methods/method.js';
import type { Asked, AskedRead, ServerAsking } from './elsewhere.js';
import type { ReadSettings } from './read-settings.js';

/** A difference of waits that isn't worth a query of its own. */
const SAME_WAIT_MS = 250;
/** A longer key is kept by its digest: a filter may be as long as a request's head. */
const MOST_KEY = 256;
/** Told in one turn of the loop; the others come in later ones. */
const TOLD_AT_ONCE = 128;

interface Question<Request, Value> {
  readonly address: string;
  readonly method: ReadMethod<Request, Value>;
  readonly request: Request;
  readonly settings: ReadSettings;
  readonly datacenter: string;
}

/** One query and who waits for it. */
interface Query {
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

  constructor(asking: Pick<ServerAsking, 'read'>) {
    this.#asking = asking;
  }

  /** Callers that wait for one of the queries now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** `done` is called once, unless it is cancelled before. */
  read<Request, Value>(question: Question<Request, Value>, done: (answer: AskedRead<Value>) => void): Asked {
    const waiter = new Waiter(question.settings.waitMs, done);
    this.#join(question, waiter);
    return waiter;
  }

  #join<Request, Value>(question: Question<Request, Value>, waiter: Waiter<Value>): void {
    const key = keyOf(question);
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

  #begin<Request, Value>(key: string, question: Question<Request, Value>, first: Waiter<Value>): Query {
    const { address, method, request, settings, datacenter } = question;
    const query: Query = { endsMs: first.dueMs, waiters: new Set(), work: { cancel: () => {} }, hasRunOut: false };
    this.#queries.set(key, query);
    query.work = this.#asking.read(address, method, request, settings, datacenter, (answer) => {
      if (this.#queries.get(key) === query) this.#queries.delete(key);
      query.hasRunOut = deadlines.now() >= query.endsMs - SAME_WAIT_MS;
      // Its first caller has not joined yet where there was nothing to wait for.
      setImmediate(() => this.#tell(query, question, answer));
    });
    return query;
  }

  #tell<Request, Value>(query: Query, question: Question<Request, Value>, answer: AskedRead<Value>): void {
    const hasRunOut = answer.ok && answer.index <= question.settings.minIndex && query.hasRunOut;
    let told = 0;
    for (const each of query.waiters) {
      if (told === TOLD_AT_ONCE) {
        setImmediate(() => this.#tell(query, question, answer));
        return;
      }
      told += 1;
      const waiter = each as Waiter<unknown> as Waiter<Value>;
      waiter.leave();
      const leftMs = waiter.dueMs - deadlines.now();
      if (hasRunOut && leftMs > SAME_WAIT_MS) this.#join(withWait(question, leftMs), waiter);
      else waiter.done(answer);
    }
  }

  /** Its time is over: what there is now is the answer. */
  #askOnce<Request, Value>(question: Question<Request, Value>, waiter: Waiter<Value>): void {
    const { address, method, request, settings, datacenter } = question;
    const { consistency, maxStaleMs } = settings;
    const once: ReadSettings = { consistency, minIndex: 0, waitMs: 0, maxStaleMs };
    const work = this.#asking.read(address, method, request, once, datacenter, waiter.done);
    waiter.leave = () => work.cancel();
  }
}

function withWait<Request, Value>(question: Question<Request, Value>, waitMs: number): Question<Request, Value> {
  return { ...question, settings: { ...question.settings, waitMs } };
}

/** Whoever is asked: callers that begin while the servers change may share what was begun before. */
function keyOf<Request, Value>({ method, request, settings, datacenter }: Question<Request, Value>): string {
  const { consistency, minIndex } = settings;
  const key = `${method.name} ${consistency} ${minIndex} ${datacenter} ${JSON.stringify(request)}`;
  return key.length <= MOST_KEY ? key : createHash('sha256').update(key).digest('base64');
}
