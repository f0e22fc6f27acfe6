// What a server counts of the calls that it answers (spec/agent.md section 6): how many there were, which services were asked
// for, and how long writes took until they were committed.

import type { LabelledCounter, Metrics, Series } from '../../../observe/metrics.js';
import type { AskedServices, ReadMethod } from '../methods/contract/method.js';

/** Milliseconds that the leader needed, by method. */
const TIMED: readonly (readonly [string, string])[] = [
  ['KVS.Apply', 'kvs.apply'],
  ['Txn.Apply', 'txn.apply'],
  ['Session.Apply', 'session.apply'],
  ['Session.Renew', 'session.renew'],
  ['Catalog.Register', 'catalog.register'],
  ['Catalog.Deregister', 'catalog.deregister'],
  ['PreparedQuery.Apply', 'prepared-query.apply'],
  ['PreparedQuery.Execute', 'prepared-query.execute'],
  ['PreparedQuery.Explain', 'prepared-query.explain'],
];

/** Of one kind of question: by service, and by the tag or the tags that were asked for. */
interface Family {
  readonly query: LabelledCounter;
  readonly queryTag: LabelledCounter;
  readonly queryTags: LabelledCounter;
}

export class CallMetrics implements AskedServices {
  readonly #metrics: Metrics;
  readonly #requests: Series;
  readonly #queries: Series;
  readonly #timed: ReadonlyMap<string, Series>;
  readonly #families = new Map<string, Family>();

  constructor(metrics: Metrics) {
    this.#metrics = metrics;
    this.#requests = metrics.counter('rpc.request');
    this.#queries = metrics.counter('rpc.query');
    this.#timed = new Map(TIMED.map(([method, name]) => [method, metrics.sample(name)]));
  }

  /** A call came in, whoever answers it. */
  asked(): void {
    this.#requests.add(1);
  }

  /** A read is answered here. */
  read<Request, Value>(method: ReadMethod<Request, Value>, request: Request): void {
    this.#queries.add(1);
    method.countServices?.(request, this);
  }

  service(family: string, name: string, tags: readonly string[]): void {
    const { query, queryTag, queryTags } = this.#families.get(family) ?? this.#addFamily(family);
    query.add(name);
    const [tag] = tags;
    if (tag === undefined) return;
    if (tags.length === 1) queryTag.add(name, tag);
    else queryTags.add(name);
  }

  /** Of a method that is timed; undefined of others. */
  timed(method: string): Series | undefined {
    return this.#timed.get(method);
  }

  #addFamily(family: string): Family {
    const counters = {
      query: this.#metrics.counterBy(`${family}.query`, 'service'),
      queryTag: this.#metrics.counterBy(`${family}.query-tag`, 'service', 'tag'),
      queryTags: this.#metrics.counterBy(`${family}.query-tags`, 'service'),
    };
    this.#families.set(family, counters);
    return counters;
  }
}
