// What this server has itself, followed as it changes, for subscriptions: a read that says whenever it may be another, without
// limit of time and whoever leads. Nothing is done for a change that nobody follows.

import { allowAll } from '../acl/access.js';
import type { PreparedRead, ReadMethod, ReadResult } from '../methods/contract/method.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { Consensus } from '../replica/consensus.js';
import type { StoreReads } from '../replica/store/read-api.js';

export interface FollowedRead<Value> {
  /** As it is now. */
  read(): ReadResult<Value>;
  stop(): void;
}

export interface Follower {
  changed(): void;
  /** Another state took the place of this one: nothing of before holds, not even an index. */
  restored(): void;
}

export interface FollowedReads {
  /** False before a leader was ever heard of: until then nothing here may be shown to anybody. */
  readonly isReady: boolean;
  follow<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    follower: Follower,
  ): FollowedRead<Value> | Refusal;
}

class StoreRead<Value> implements FollowedRead<Value> {
  readonly #store: StoreReads;
  readonly #prepared: PreparedRead<Value>;
  readonly #follower: Follower;
  #generation: number;
  #unwatch: () => void;

  constructor(store: StoreReads, prepared: PreparedRead<Value>, follower: Follower) {
    this.#store = store;
    this.#prepared = prepared;
    this.#follower = follower;
    this.#generation = store.generation;
    this.#unwatch = this.#watch();
  }

  read(): ReadResult<Value> {
    return this.#prepared.read();
  }

  stop(): void {
    this.#unwatch();
  }

  #watch(): () => void {
    const prepared = this.#prepared;
    const result = prepared.read();
    return this.#store.watches.watch(prepared.watchValue?.(result) ?? prepared.watch(result), () => this.#woken());
  }

  #woken(): void {
    this.#unwatch = this.#watch();
    const { generation } = this.#store;
    if (generation === this.#generation) this.#follower.changed();
    else {
      this.#generation = generation;
      this.#follower.restored();
    }
  }
}

export function followedReads(store: StoreReads, { leadership }: Pick<Consensus, 'leadership'>): FollowedReads {
  return {
    get isReady() {
      return leadership.hadLeader;
    },
    follow(method, request, follower) {
      const prepared = method.prepare(store, request, allowAll);
      return isRefusal(prepared) ? prepared : new StoreRead(store, prepared, follower);
    },
  };
}
