// What a lookup asks of the catalog where that is a server's: the first try says what is missing, and when that has come the same
// lookup is made again over it (spec/rpc.md, section 8). Questions that ask the same at the same time share one call. Instances
// come from the agent's cache where `dns_config.use_cache` says so.

import type { DnsConfig } from '../../../../wire/config.js';
import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import type { KeptRead } from '../../calls/kept-read.js';
import type { KeptReads } from '../../calls/kept-reads.js';
import type { ReadSettings } from '../../calls/read-settings.js';
import { type AddressOwners, listNodes, nodeServices, serviceInstances } from '../../methods/catalog/catalog.js';
import { type HealthEntry, instancesOf, type ServiceNodesKind, serviceNodes } from '../../methods/catalog/health.js';
import type { ReadMethod } from '../../methods/contract/method.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import { virtualIpForService } from '../../methods/mesh/virtual-ip.js';
import { type Executed, executeQuery } from '../../methods/query/query-execute.js';
import { executionOf, type Found, type LookupReads, type QueryQuestion, STALE_MS } from './lookup-reads.js';

const NOT_THERE_YET = refusal('not-ready');
const TOO_MANY = refusal('queue-full');
const neverAgain = (): boolean => false;
type Instances = readonly HealthEntry[];
type Node = AddressOwners['node'];

/** Whose answers are given. */
export interface DnsTokens {
  readonly dns: string;
}

export interface CatalogCallsOptions {
  readonly calls: Calls;
  /** null: there is no cache beside the catalog. */
  readonly kept: KeptReads | null;
  /** Of addresses, which name none. */
  readonly datacenter: string;
  readonly nodeName: string;
  readonly config: () => DnsConfig;
  readonly tokens: DnsTokens;
  /** An answer was given that is older than a few seconds. */
  readonly stale: () => void;
}

/** Calls that run, by what they ask. */
export class CatalogCalls {
  readonly #options: CatalogCallsOptions;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(options: CatalogCallsOptions) {
    this.#options = options;
  }

  /** What the cache has and may be used; null where a server must be asked. */
  keptInstances(service: string, by: ServiceNodesKind, datacenter: string): Found<Instances> | null {
    const { kept, config, tokens } = this.#options;
    if (kept === null || !config().useCache) return null;
    const request = instancesOf(service, by);
    const found = kept.find({ method: serviceNodes, request, datacenter, token: tokens.dns });
    return found === null || !this.#isYoungEnough(found) ? null : this.#keptAnswer(found);
  }

  instances(service: string, by: ServiceNodesKind, datacenter: string): Promise<Found<Instances>> {
    const { kept, config, tokens } = this.#options;
    const request = instancesOf(service, by);
    const key = `${by} instances ${datacenter} ${service}`;
    if (kept === null || !config().useCache)
      return this.#shared(key, () => this.#ask(serviceNodes, request, datacenter));
    return this.#shared(key, async () => {
      const maxStaleMs = Math.max(1, config().maxStaleMs);
      const question = { method: serviceNodes, request, datacenter, token: tokens.dns };
      const had = await kept.fetch(question, maxStaleMs);
      if (isRefusal(had)) return had;
      const { answer } = had;
      return had.kept === null ? this.#once(answer.value, answer.origin.lastContactMs) : this.#keptAnswer(had.kept);
    });
  }

  node(name: string, datacenter: string): Promise<Found<NonNullable<Node> | null>> {
    return this.#shared(`node ${datacenter} ${name}`, async () => {
      const found = await this.#ask(nodeServices, { ...EVERYTHING, node: name }, datacenter);
      return isRefusal(found) ? found : { ...found, value: found.value?.node ?? null };
    });
  }

  /** Nodes are looked through here: no call asks for one by its address. */
  owners(address: string): Promise<Found<AddressOwners>> {
    return this.#shared(`owners ${address}`, async () => {
      const nodes = await this.#ask(listNodes, EVERYTHING);
      if (isRefusal(nodes)) return nodes;
      const node = nodes.value.find(({ Address }) => Address === address);
      if (node !== undefined) return { ...nodes, value: { node, instance: undefined } };
      const byAddress = { ...EVERYTHING, service: '', connect: false, address };
      const found = await this.#ask(serviceInstances, byAddress);
      return isRefusal(found) ? found : { ...found, value: { node: undefined, instance: found.value[0] } };
    });
  }

  /** Whom it is for may make a difference. */
  execute(question: QueryQuestion): Promise<Found<Executed>> {
    const { nodeName: node, datacenter } = this.#options;
    const { idOrName, ip } = question;
    const request = executionOf(question, { node, datacenter, segment: '' });
    const key = `query ${question.datacenter} ${ip} ${idOrName}`;
    return this.#shared(key, () => this.#ask(executeQuery, request, question.datacenter));
  }

  virtualIp(service: string, peer: string): Promise<Found<string>> {
    return this.#shared(`virtual ${peer} ${service}`, () => this.#ask(virtualIpForService, { service, peer }));
  }

  async #shared<Value>(key: string, begin: () => Promise<Value>): Promise<Value> {
    const shared = `${key} ${this.#options.tokens.dns}`;
    const running = this.#running.get(shared) as Promise<Value> | undefined;
    if (running !== undefined) return running;
    const begun = begin().finally(() => this.#running.delete(shared));
    this.#running.set(shared, begun);
    return begun;
  }

  async #ask<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    datacenter = this.#options.datacenter,
  ): Promise<Found<Value>> {
    const { calls, config, tokens } = this.#options;
    const found = await ask(calls, method, request, settingsOf(config()), datacenter, { token: tokens.dns });
    return isRefusal(found) ? found : this.#once(found.value, found.lastContactMs);
  }

  #once<Value>(value: Value, lastContactMs: number): Found<Value> {
    this.#counted(lastContactMs);
    return { value, isCurrent: neverAgain };
  }

  #keptAnswer<Request, Value>(kept: KeptRead<Request, Value>): Found<Value> {
    const { answer } = kept;
    this.#counted(answer.origin.lastContactMs);
    const isCurrent = (): boolean => {
      if (kept.answer !== answer || !this.#isYoungEnough(kept)) return false;
      kept.asked();
      return true;
    };
    return { value: answer.value, isCurrent };
  }

  /** By what is known of it: the query that stands behind it may have nothing to say for minutes. */
  #isYoungEnough<Request, Value>(kept: KeptRead<Request, Value>): boolean {
    const { maxStaleMs, cacheMaxAgeMs } = this.#options.config();
    const mostMs = cacheMaxAgeMs > 0 ? Math.min(maxStaleMs, cacheMaxAgeMs) : maxStaleMs;
    return !kept.isOver && kept.oldestMs <= mostMs;
  }

  #counted(lastContactMs: number): void {
    if (lastContactMs > STALE_MS) this.#options.stale();
  }
}

/** Without `allow_stale`, or where nothing may be stale, the leader is asked. */
function settingsOf({ allowStale, maxStaleMs }: DnsConfig): ReadSettings {
  const consistency = allowStale && maxStaleMs > 0 ? 'stale' : 'default';
  return { consistency, minIndex: 0, waitMs: 0, maxStaleMs };
}

/** The reads of one question, which are one at most. */
export class QuestionReads implements LookupReads {
  readonly reachesBeyond = true;
  readonly #catalog: CatalogCalls;
  readonly #mayAsk: boolean;
  #answer: { readonly found: unknown } | null = null;
  /** Resolves when the lookup can be made again; null when it needed nothing. */
  pending: Promise<void> | null = null;

  /** `mayAsk`: false while too many wait for servers; then nothing is known but what is kept. */
  constructor(catalog: CatalogCalls, mayAsk: boolean) {
    this.#catalog = catalog;
    this.#mayAsk = mayAsk;
  }

  instances(service: string, by: ServiceNodesKind, datacenter: string): Found<Instances> {
    const kept = this.#answer === null ? this.#catalog.keptInstances(service, by, datacenter) : null;
    return kept ?? this.#found(() => this.#catalog.instances(service, by, datacenter));
  }

  node(name: string, datacenter: string): ReturnType<LookupReads['node']> {
    return this.#found(() => this.#catalog.node(name, datacenter));
  }

  owners(address: string): Found<AddressOwners> {
    return this.#found(() => this.#catalog.owners(address));
  }

  execute(question: QueryQuestion): Found<Executed> {
    return this.#found(() => this.#catalog.execute(question));
  }

  virtualIp(service: string, peer: string): Found<string> {
    return this.#found(() => this.#catalog.virtualIp(service, peer));
  }

  #found<Value>(begin: () => Promise<Found<Value>>): Found<Value> {
    if (this.#answer === null) {
      if (!this.#mayAsk) return TOO_MANY;
      this.pending ??= begin().then((found) => {
        this.#answer = { found };
      });
      return NOT_THERE_YET;
    }
    return this.#answer.found as Found<Value>;
  }
}
