// What this server has itself, followed as it changes, for subscriptions: a read that says whenever it may be another, without
// limit of time and whoever leads. Nothing is done for a change that nobody follows.

import { type PreparedRead, type ReadMethod, type ReadResult, shownSteps } from '../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { type Caller, type Judged, judge, type TokenResolver } from '../methods/contract/token-resolver.js';
import type { Consensus } from '../replica/consensus.js';
import type { StoreReads, WatchTarget } from '../replica/store/read-api.js';
import { atOnce } from '../turns/turns.js';

export interface FollowedRead<Value> {
  /** As it is now. */
  read(): ReadResult<Value>;
  stop(): void;
}

export interface Follower {
  changed(): void;
  /**
   * Another state took the place of this one, or the token may see something else: nothing of before holds, not even an index.
   */
  restored(): void;
}

export interface FollowedReads {
  /** False before a leader was ever heard of: until then nothing here may be shown to anybody. */
  readonly isReady: boolean;
  /** ACLs are off: all who ask the same are shown the same. */
  readonly isOpen: boolean;
  follow<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    caller: Caller,
    follower: Follower,
  ): FollowedRead<Value> | Refusal;
}

/** What a token may do depends on these. */
const ACL_TABLES: readonly WatchTarget[] = ['acl-tokens', 'acl-policies', 'acl-roles'].map((key) => ({
  kind: 'index',
  key,
}));

/** Whether the token still means what it meant; null where none counts. */
type StillHolds = (() => boolean) | null;

class StoreRead<Value> implements FollowedRead<Value> {
  readonly #store: StoreReads;
  readonly #prepared: PreparedRead<Value>;
  readonly #follower: Follower;
  readonly #stillHolds: StillHolds;
  #generation: number;
  #unwatch: () => void;

  constructor(store: StoreReads, prepared: PreparedRead<Value>, follower: Follower, stillHolds: StillHolds) {
    this.#store = store;
    this.#prepared = prepared;
    this.#follower = follower;
    this.#stillHolds = stillHolds;
    this.#generation = store.generation;
    this.#unwatch = this.#watch();
  }

  read(): ReadResult<Value> {
    const prepared = this.#prepared;
    const result = prepared.read();
    if (this.#stillHolds === null) return result;
    const { index, value } = result;
    return { index, value: atOnce(shownSteps(prepared, value)) };
  }

  stop(): void {
    this.#unwatch();
  }

  #watch(): () => void {
    const prepared = this.#prepared;
    const result = prepared.read();
    const targets = prepared.watchValue?.(result) ?? prepared.watch(result);
    const watched = this.#stillHolds === null ? targets : [...targets, ...ACL_TABLES];
    return this.#store.watches.watch(watched, () => this.#woken());
  }

  #woken(): void {
    this.#unwatch = this.#watch();
    const { generation } = this.#store;
    if (generation !== this.#generation) {
      this.#generation = generation;
      this.#follower.restored();
    } else if (this.#stillHolds?.() === false) this.#follower.restored();
    else this.#follower.changed();
  }
}

export function followedReads(
  store: StoreReads,
  { leadership }: Pick<Consensus, 'leadership'>,
  tokens: TokenResolver,
): FollowedReads {
  return {
    get isReady() {
      return leadership.hadLeader;
    },
    isOpen: tokens.isOff,
    follow(method, request, { token }, follower) {
      const judged: Judged | Promise<Judged> = judge(tokens, { token });
      if (judged instanceof Promise) return refusal('not-ready');
      if (isRefusal(judged)) return judged;
      const prepared = method.prepare(store, request, judged);
      if (isRefusal(prepared)) return prepared;
      const stillHolds = tokens.isOff ? null : () => tokens.resolve(token) === judged;
      return new StoreRead(store, prepared, follower, stillHolds);
    },
  };
}
