// A method that tells what there is now, and again whenever it is another. Who asks the same shares one read, and the same bytes; who
// is slow misses what is outdated by the time there is room again.

import { surprise } from '../../../../observe/surprise.js';
import type { FollowedRead, FollowedReads, Follower } from '../../calls/followed-reads.js';
import type { RequestLimits } from '../../calls/request-limits.js';
import type { ReadMethod } from '../../methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../../methods/contract/refusal.js';
import type { TokenResolver } from '../../methods/contract/token-resolver.js';
import type { Answering, GrpcCall } from '../../rpc/grpc/grpc-call.js';
import { Status } from '../../rpc/grpc/status.js';
import { tokenOf } from '../../rpc/grpc/token.js';
import { type Steps, turns } from '../../turns/turns.js';
import { type Method, pathOf } from '../messages/message.js';
import { refuseUnknown } from './any-token.js';
import { statusOf } from './statuses.js';
import type { Path } from './unary.js';

const TOLD_AT_ONCE = 32;
/** What is followed is shown to any token. */
const ANYBODY = { token: '' };

export interface WatchParts {
  readonly reads: FollowedReads;
  readonly tokens: TokenResolver;
  readonly limits: Pick<RequestLimits, 'refuse'>;
}

/** What is told. */
export interface Watched<In, Value> {
  readonly method: ReadMethod<null, Value>;
  /** Why it isn't for this request; null: it is. */
  refuse(request: In): Refusal | null;
  /** Who has the same is told the same. */
  key(request: In): string;
  /** null: there is nothing to tell yet. */
  frames(value: Value, request: In): Buffer | null;
}

type Open = (follower: Follower) => Source | Refusal;

/** What there is, as it is sent. */
interface Source {
  frames(): Buffer | null;
  stop(): void;
}

/** One answer for all who asked the same, while there are any. */
class SharedAnswer implements Follower {
  readonly #open: Open;
  readonly #over: () => void;
  readonly #watchers = new Set<Watcher>();
  #source: Source | null = null;
  #isStale = false;
  /** As it was told last. */
  frames: Buffer | null = null;

  constructor(open: Open, over: () => void) {
    this.#open = open;
    this.#over = over;
  }

  /** Why it can't be followed; null: it is. */
  begin(): Refusal | null {
    const source = this.#open(this);
    if (isRefusal(source)) return source;
    this.#source = source;
    this.frames = source.frames();
    return null;
  }

  join(watcher: Watcher): void {
    this.#watchers.add(watcher);
  }

  leave(watcher: Watcher): void {
    if (!this.#watchers.delete(watcher) || this.#watchers.size > 0) return;
    this.#source?.stop();
    this.#source = null;
    this.#over();
  }

  changed(): void {
    if (this.#isStale) return;
    this.#isStale = true;
    // What a batch of commits changed is told once.
    setImmediate(() => turns.run(this.#tell(), () => {}, surprise));
  }

  /** It is followed anew: nothing of before holds. */
  restored(): void {
    this.#source?.stop();
    this.#source = null;
    this.frames = null;
    this.changed();
  }

  *#tell(): Steps<void> {
    this.#isStale = false;
    if (this.#watchers.size === 0) return;
    if (this.#source === null) {
      const source = this.#open(this);
      if (isRefusal(source)) {
        yield* this.#each((watcher) => watcher.refuse(source));
        return;
      }
      this.#source = source;
    }
    const frames = this.#source.frames();
    if (frames === null || (this.frames !== null && frames.equals(this.frames))) return;
    this.frames = frames;
    yield* this.#each((watcher) => watcher.tell());
  }

  *#each(work: (watcher: Watcher) => void): Steps<void> {
    let done = 0;
    for (const watcher of this.#watchers) {
      work(watcher);
      if (++done % TOLD_AT_ONCE === 0) yield;
    }
  }
}

/** One call that is told. */
class Watcher implements Answering {
  readonly #call: GrpcCall;
  readonly #tokens: TokenResolver;
  #answer: SharedAnswer | null = null;
  #told: Buffer | null = null;

  constructor(call: GrpcCall, tokens: TokenResolver) {
    this.#call = call;
    this.#tokens = tokens;
  }

  /** `join` answers what it is told from now on. */
  begin(join: () => SharedAnswer | Refusal): void {
    this.#ifKnown(() => {
      const answer = join();
      if (isRefusal(answer)) this.refuse(answer);
      else {
        this.#answer = answer;
        answer.join(this);
        this.#send();
      }
    });
  }

  /** The token is looked at again: it may be gone by now. */
  tell(): void {
    this.#ifKnown(() => this.#send());
  }

  refuse(problem: Refusal): void {
    this.#call.end(statusOf(problem), problem.text);
    this.closed();
  }

  drained(): void {
    this.#send();
  }

  closed(): void {
    const answer = this.#answer;
    this.#answer = null;
    answer?.leave(this);
  }

  #ifKnown(work: () => void): void {
    const refused = refuseUnknown(this.#tokens, tokenOf(this.#call));
    const judged = (problem: Refusal | null): void => {
      // It may have ended while somebody was asked.
      if (this.#call.isGone) return;
      if (problem === null) work();
      else this.refuse(problem);
    };
    if (refused instanceof Promise) refused.then(judged).catch(surprise);
    else judged(refused);
  }

  #send(): void {
    const frames = this.#answer?.frames ?? null;
    if (frames === null || frames === this.#told || !this.#call.hasRoom) return;
    this.#told = frames;
    this.#call.send(frames);
  }
}

export function watched<In, Out, Value>(
  { reads, tokens, limits }: WatchParts,
  method: Method<In, Out>,
  what: Watched<In, Value>,
): Path {
  const answers = new Map<string, SharedAnswer>();
  const path = pathOf(method);

  function answerTo(request: In): SharedAnswer | Refusal {
    const key = what.key(request);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const open: Open = (follower) => sourceOf(reads, what, request, follower);
    const answer = new SharedAnswer(open, () => answers.delete(key));
    const problem = answer.begin();
    if (problem !== null) return problem;
    answers.set(key, answer);
    return answer;
  }

  return [
    path,
    (call, bytes) => {
      const request = method.input.read(bytes);
      if (request === null) {
        call.end(Status.internal, 'the request is no message of protobuf');
        return null;
      }
      const refused = limits.refuse(path, call) ?? what.refuse(request);
      if (refused !== null) {
        call.end(statusOf(refused), refused.text);
        return null;
      }
      const watcher = new Watcher(call, tokens);
      watcher.begin(() => answerTo(request));
      return watcher;
    },
  ];
}

function sourceOf<In, Value>(
  reads: FollowedReads,
  { method, frames }: Watched<In, Value>,
  request: In,
  follower: Follower,
): Source | Refusal {
  // Another server may know more: clients go there.
  if (!reads.isReady) return refusal('no-leader');
  const read: FollowedRead<Value> | Refusal = reads.follow(method, null, ANYBODY, follower);
  if (isRefusal(read)) return read;
  return { frames: () => frames(read.read().value, request), stop: () => read.stop() };
}
