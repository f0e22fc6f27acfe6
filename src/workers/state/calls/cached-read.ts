// A read that takes what a client agent's cache has: the answer that is kept, or the next one where it was asked to wait for that.

import { isRefusal } from '../methods/contract/refusal.js';
import type { BlockingRead, ReadOrigin } from './blocking-read.js';
import type { ReadCall } from './calls.js';
import type { KeptRead } from './kept-read.js';
import type { Had, KeptReads } from './kept-reads.js';
import { KeptWaiter } from './kept-waiter.js';

/** Answers `run` from `kept`; what is too large to be kept and is to be waited for is left to `elsewhere`. */
export function answerFromCache<Request, Value>(
  kept: KeptReads,
  run: BlockingRead<Value>,
  call: ReadCall<Request, Value>,
  elsewhere: () => void,
): void {
  const { method, request, datacenter, caller } = call;
  const question = { method, request, datacenter, token: caller.token };
  const found = kept.find(question);
  if (found !== null) {
    answerWhenNewer(found, run, call, true);
    return;
  }
  let isThere = true;
  run.askElsewhere({
    cancel: () => {
      isThere = false;
    },
  });
  const { consistency, maxStaleMs } = call.settings;
  kept
    .fetch(question, consistency === 'stale' ? maxStaleMs : 0)
    .then((had) => {
      if (!isThere) return;
      if (isRefusal(had)) run.refused(had);
      else if (had.kept !== null) answerWhenNewer(had.kept, run, call, false);
      else answerOnce(had, run, call, elsewhere);
    })
    .catch((error: unknown) => run.crashed(error));
}

function answerOnce<Request, Value>(
  { answer }: Had<Request, Value>,
  run: BlockingRead<Value>,
  { settings }: ReadCall<Request, Value>,
  elsewhere: () => void,
): void {
  if (answer.index <= settings.minIndex) elsewhere();
  else run.answerFrom(fromCache(answer.origin, false, 0), answer.value, answer.index);
}

function answerWhenNewer<Request, Value>(
  kept: KeptRead<Request, Value>,
  run: BlockingRead<Value>,
  { settings: { minIndex, waitMs } }: ReadCall<Request, Value>,
  isHit: boolean,
): void {
  const answer = (): void => {
    const { origin, value, index } = kept.answer;
    run.answerFrom(fromCache(origin, isHit, kept.lostForMs), value, index);
  };
  if (kept.answer.index > minIndex || kept.isOver) answer();
  else run.askElsewhere(new KeptWaiter(kept, minIndex, waitMs, guarded(run, answer)));
}

function fromCache(origin: ReadOrigin, isHit: boolean, ageMs: number): ReadOrigin {
  const { hasLeader, lastContactMs } = origin;
  const cache = { isHit, ageMs };
  return origin.isFiltered
    ? { hasLeader, lastContactMs, cache, isFiltered: true }
    : { hasLeader, lastContactMs, cache };
}

/** Nobody above catches what a timer or another answer has called, and those who wait beside this one are to be told, too. */
function guarded<Value>(run: BlockingRead<Value>, answer: () => void): () => void {
  return () => {
    try {
      answer();
    } catch (error) {
      run.crashed(error);
    }
  };
}
