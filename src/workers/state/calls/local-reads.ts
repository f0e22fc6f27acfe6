// What this server has itself, asked without waiting and whatever its age: for DNS, which keeps answers and asks again only
// whether they are still true.

import { allowAll } from '../acl/access.js';
import type { ReadMethod } from '../methods/contract/method.js';
import { isRefusal, type Refusal } from '../methods/contract/refusal.js';
import type { Consensus } from '../replica/consensus.js';
import type { KeepingUp } from '../replica/keeping-up.js';
import type { StoreReads } from '../replica/store/read-api.js';
import { atOnce } from '../turns/turns.js';

export interface LocalAnswer<Value> {
  readonly value: Value;
  /** Whether the value would be the same now; costs a look-up. Means nothing after a restore ({@link LocalReads.generation}). */
  isCurrent(): boolean;
}

export interface LocalReads {
  /** False before a leader was ever heard of: until then nothing here may be shown to anybody. */
  readonly isReady: boolean;
  /** This server may say by itself what is so. */
  readonly leads: boolean;
  /** Milliseconds since the leader was last heard of; 0 on the leader. */
  readonly lastContactMs: number;
  /** Another thread may have shown more than is here. */
  readonly isBehind: boolean;
  /** Resolves when everything is here that any thread has shown by now. */
  catchUp(): Promise<void>;
  /** While it is the same, so is every answer. */
  readonly appliedIndex: number;
  /** Raised by every restore: no answer outlives it. */
  readonly generation: number;
  read<Request, Value>(method: ReadMethod<Request, Value>, request: Request): LocalAnswer<Value> | Refusal;
}

/** `keepingUp`: null where no other thread answers reads. */
export function localReads(
  store: StoreReads,
  { leadership }: Pick<Consensus, 'leadership'>,
  keepingUp: KeepingUp | null,
): LocalReads {
  return {
    get isReady() {
      return leadership.hadLeader;
    },
    get leads() {
      return leadership.mayServe;
    },
    get lastContactMs() {
      return leadership.lastContactMs;
    },
    get isBehind() {
      return keepingUp?.isBehind === true;
    },
    catchUp: () => keepingUp?.wait() ?? Promise.resolve(),
    get appliedIndex() {
      return store.appliedIndex;
    },
    get generation() {
      return store.generation;
    },
    read(method, request) {
      const prepared = method.prepare(store, request, allowAll);
      if (isRefusal(prepared)) return prepared;
      const refused = prepared.refuse?.() ?? null;
      if (refused !== null) return refused;
      const { value } = prepared.read();
      const isSame = prepared.isSame ?? Object.is;
      return {
        value: prepared.narrowInSteps ? atOnce(prepared.narrowInSteps(value)) : (prepared.narrow?.(value) ?? value),
        isCurrent: () => (prepared.refuse?.() ?? null) === null && isSame(prepared.read().value, value),
      };
    },
  };
}
