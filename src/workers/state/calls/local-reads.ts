// What this server has itself, asked without waiting and whatever its age: for DNS, which keeps answers and asks again only
// whether they are still true.

import { type ReadMethod, shownSteps } from '../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../methods/contract/refusal.js';
import { type Judged, judge, type TokenResolver } from '../methods/contract/token-resolver.js';
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
  /** Another thread may have shown more than is here, or the token isn't judged yet. */
  readonly isBehind: boolean;
  /** Resolves when everything is here that any thread has shown by now, and the token is judged. */
  catchUp(): Promise<void>;
  /** While it is the same, so is every answer. */
  readonly appliedIndex: number;
  /** Raised by every restore, and when the token may see something else: no answer outlives it. */
  readonly generation: number;
  read<Request, Value>(method: ReadMethod<Request, Value>, request: Request): LocalAnswer<Value> | Refusal;
}

export interface LocalReadsOptions {
  readonly store: StoreReads;
  readonly consensus: Pick<Consensus, 'leadership'>;
  /** null where no other thread answers reads. */
  readonly keepingUp: KeepingUp | null;
  readonly tokens: TokenResolver;
  /** Whose answers are given, as it is now. */
  readonly secret: () => string;
}

export function localReads({ store, consensus, keepingUp, tokens, secret }: LocalReadsOptions): LocalReads {
  const { leadership } = consensus;
  const caller = {
    get token() {
      return secret();
    },
  };
  let last: Judged | Promise<Judged> = judge(tokens, caller);
  let judgments = 0;
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
      return keepingUp?.isBehind === true || judge(tokens, caller) instanceof Promise;
    },
    async catchUp() {
      await keepingUp?.wait();
      await judge(tokens, caller);
    },
    get appliedIndex() {
      return store.appliedIndex;
    },
    get generation() {
      const now = judge(tokens, caller);
      if (now !== last && !(now instanceof Promise)) {
        last = now;
        judgments += 1;
      }
      return store.generation + judgments;
    },
    read(method, request) {
      const { actsAs } = method;
      const judgeAgain = () => {
        const acting = actsAs === undefined || tokens.isOff ? '' : actsAs(store, request);
        return acting === '' ? judge(tokens, caller) : tokens.resolve(acting);
      };
      const judged = judgeAgain();
      if (judged instanceof Promise) return refusal('not-ready');
      if (isRefusal(judged)) return judged;
      const prepared = method.prepare(store, request, judged);
      if (isRefusal(prepared)) return prepared;
      const refused = prepared.refuse?.() ?? null;
      if (refused !== null) return refused;
      const { value } = prepared.read();
      const isSame = prepared.isSame ?? Object.is;
      return {
        value:
          prepared.visible === undefined && prepared.narrowInSteps === undefined && prepared.narrow === undefined
            ? value
            : atOnce(shownSteps(prepared, value)),
        isCurrent: () =>
          (actsAs === undefined || judgeAgain() === judged) &&
          (prepared.refuse?.() ?? null) === null &&
          isSame(prepared.read().value, value),
      };
    },
  };
}
