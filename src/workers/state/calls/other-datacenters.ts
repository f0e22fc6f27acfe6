// What a read may ask of other datacenters when this one has nothing: one of their servers at a time, by the usual way.

import { deadlines } from '../../../deadlines/deadline-queue.js';
import { allowAll } from '../acl/access.js';
import type { OtherDatacenters, ServerView } from '../methods/contract/method.js';
import { isRefusal } from '../methods/contract/refusal.js';
import type { Caller } from '../methods/contract/token-resolver.js';
import { knownDatacenters, listDatacenters } from '../methods/datacenters.js';
import { ask } from './asked-read.js';
import type { Calls } from './calls.js';
import type { Consistency } from './read-settings.js';

/** Distances change slowly, and main, which knows them, isn't asked for each read. */
const DISTANCES_FOR_MS = 1_000;

export class OthersOfServer {
  readonly #calls: Pick<Calls, 'read'>;
  readonly #server: ServerView;
  #nearest: Promise<readonly string[]> = Promise.resolve([]);
  #nearestUntilMs = Number.NEGATIVE_INFINITY;

  constructor(calls: Pick<Calls, 'read'>, server: ServerView) {
    this.#calls = calls;
    this.#server = server;
  }

  /** Asked as the read was, and by the same. */
  with(consistency: Consistency, caller: Caller): OtherDatacenters {
    let hasHidden = false;
    return {
      get hasHidden() {
        return hasHidden;
      },
      known: () => this.#others(knownDatacenters(this.#server)),
      nearestFirst: () => this.#nearestFirst(),
      ask: async (method, request, datacenter) => {
        const settings = { consistency, minIndex: 0, waitMs: 0, maxStaleMs: 0 };
        const answer = await ask(this.#calls, method, request, settings, datacenter, caller);
        if (isRefusal(answer)) return answer;
        hasHidden ||= answer.isFiltered;
        return answer.value;
      },
    };
  }

  #nearestFirst(): Promise<readonly string[]> {
    const nowMs = deadlines.now();
    if (nowMs >= this.#nearestUntilMs) {
      this.#nearestUntilMs = nowMs + DISTANCES_FOR_MS;
      this.#nearest = this.#askNearest();
    }
    return this.#nearest;
  }

  async #askNearest(): Promise<readonly string[]> {
    const asker = { token: '', authorizer: allowAll };
    const all = await listDatacenters.answer(this.#server, null, asker, async () => []);
    return isRefusal(all) ? [] : this.#others(all);
  }

  #others(datacenters: readonly string[]): readonly string[] {
    return datacenters.filter((datacenter) => datacenter !== this.#server.datacenter);
  }
}
