// A read of a store by whoever may see it: prepared with the authorizer of its caller's token, and prepared again when that has
// become another one while the read waited.

import { type Authorizer, allowAll } from '../acl/access.js';
import { isRefusal } from '../methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../methods/contract/token-resolver.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { BlockingRead, JudgeAnew, JudgedAnew } from './blocking-read.js';
import type { ReadCall } from './calls.js';

/** Whose rights count: the caller's, unless what is asked for brings a token of its own. */
function secretOf<Request, Value>(store: StoreReads, { method, request, caller }: ReadCall<Request, Value>): string {
  const acting = method.actsAs === undefined ? '' : method.actsAs(store, request);
  return acting === '' ? caller.token : acting;
}

/** Without a look at any token where none counts. */
export function judgeRead<Request, Value>(
  tokens: TokenResolver,
  store: StoreReads,
  call: ReadCall<Request, Value>,
): Judged | Promise<Judged> {
  return tokens.isOff || call.method.isOpen === true ? allowAll : tokens.resolve(secretOf(store, call));
}

/** Serves the read as whoever it is; one that ends while its token is asked about is not served. */
export function serveJudged<Value>(
  run: BlockingRead<Value>,
  judged: Promise<Judged>,
  serveAs: (authorizer: Judged) => void,
): void {
  run
    .settleFirst(judged)
    .then((authorizer) => {
      if (authorizer !== null) serveAs(authorizer);
    })
    .catch((error: unknown) => run.crashed(error));
}

/** null where no token counts: then a read that waits keeps nothing for it. */
export function judgeAnew<Request, Value>(
  tokens: TokenResolver,
  store: StoreReads,
  call: ReadCall<Request, Value>,
  judged: Authorizer,
): JudgeAnew<Value> | null {
  if (tokens.isOff || call.method.isOpen === true) return null;
  const token = secretOf(store, call);
  let last: Judged = judged;
  const take = (now: Judged): JudgedAnew<Value> => {
    if (now === last) return null;
    last = now;
    return isRefusal(now) ? now : call.method.prepare(store, call.request, now);
  };
  return () => {
    const now = tokens.resolve(token);
    return now instanceof Promise ? now.then(take) : take(now);
  };
}
