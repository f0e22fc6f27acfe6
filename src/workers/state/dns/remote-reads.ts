// What a lookup asks of the catalog where that is a server's: the first try says what is missing, and when that has come the same
// lookup is made again over it (spec/rpc.md, section 8). Questions that ask the same at the same time share one call.

import { ask } from '../calls/asked-read.js';
import type { Calls } from '../calls/calls.js';
import type { ReadSettings } from '../calls/read-settings.js';
import { type AddressOwners, listNodes, nodeServices, serviceInstances } from '../methods/catalog.js';
import { type HealthEntry, instancesOf, serviceNodes } from '../methods/health.js';
import { EVERYTHING } from '../methods/narrowing.js';
import { isRefusal, type Refusal, refusal } from '../methods/refusal.js';
import type { Found, LookupReads } from './lookup-reads.js';

/** Any server may answer. */
const READ: ReadSettings = { consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 0 };
const NOT_THERE_YET = refusal('not-ready');
const neverAgain = (): boolean => false;

/** Calls that run, by what they ask. */
export class CatalogCalls {
  readonly #calls: Calls;
  readonly #datacenter: string;
  readonly #running = new Map<string, Promise<unknown>>();

  constructor(calls: Calls, datacenter: string) {
    this.#calls = calls;
    this.#datacenter = datacenter;
  }

  instances(service: string): Promise<readonly HealthEntry[] | Refusal> {
    return this.#shared(`instances ${service}`, async () => {
      const found = await ask(this.#calls, serviceNodes, instancesOf(service), READ, this.#datacenter);
      return isRefusal(found) ? found : found.value;
    });
  }

  node(name: string): Promise<NonNullable<AddressOwners['node']> | null | Refusal> {
    return this.#shared(`node ${name}`, async () => {
      const found = await ask(this.#calls, nodeServices, { ...EVERYTHING, node: name }, READ, this.#datacenter);
      return isRefusal(found) ? found : (found.value?.node ?? null);
    });
  }

  /** Nodes are looked through here: no call asks for one by its address. */
  owners(address: string): Promise<AddressOwners | Refusal> {
    return this.#shared(`owners ${address}`, async () => {
      const nodes = await ask(this.#calls, listNodes, EVERYTHING, READ, this.#datacenter);
      if (isRefusal(nodes)) return nodes;
      const node = nodes.value.find(({ Address }) => Address === address);
      if (node !== undefined) return { node, instance: undefined };
      const byAddress = { ...EVERYTHING, service: '', connect: false, address };
      const found = await ask(this.#calls, serviceInstances, byAddress, READ, this.#datacenter);
      return isRefusal(found) ? found : { node: undefined, instance: found.value[0] };
    });
  }

  async #shared<Value>(key: string, begin: () => Promise<Value>): Promise<Value> {
    const running = this.#running.get(key) as Promise<Value> | undefined;
    if (running !== undefined) return running;
    const begun = begin().finally(() => this.#running.delete(key));
    this.#running.set(key, begun);
    return begun;
  }
}

/** The reads of one question, which are one at most. */
export class QuestionReads implements LookupReads {
  readonly #catalog: CatalogCalls;
  #answer: { readonly found: unknown } | null = null;
  /** Resolves when the lookup can be made again; null when it needed nothing. */
  pending: Promise<void> | null = null;

  constructor(catalog: CatalogCalls) {
    this.#catalog = catalog;
  }

  instances(service: string): Found<readonly HealthEntry[]> {
    return this.#found(() => this.#catalog.instances(service));
  }

  node(name: string): ReturnType<LookupReads['node']> {
    return this.#found(() => this.#catalog.node(name));
  }

  owners(address: string): Found<AddressOwners> {
    return this.#found(() => this.#catalog.owners(address));
  }

  #found<Value>(begin: () => Promise<Value | Refusal>): Found<Value> {
    if (this.#answer === null) {
      this.pending ??= begin().then((found) => {
        this.#answer = { found };
      });
      return NOT_THERE_YET;
    }
    const found = this.#answer.found as Value | Refusal;
    return isRefusal(found) ? found : { value: found, isCurrent: neverAgain };
  }
}
