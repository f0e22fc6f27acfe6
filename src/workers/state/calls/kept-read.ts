// One answer that a client agent keeps current: a blocking query of a server stands behind it, which tells what it becomes, for
// as long as somebody asks for it (spec/rpc.md, section 8). While no server can be asked the answer stays, and grows old.

import { type Deadline, deadlines } from '../../../deadlines/deadline-queue.js';
import type { Refusal } from '../methods/contract/refusal.js';
import { type AskedFailure, refusalOf } from './asked-failure.js';
import type { Asked, AskedRead, AskedValue, Server, ServerAsking } from './elsewhere.js';
import type { KeptWaiter } from './kept-waiter.js';
import type { Question } from './question.js';
import { tellInTurns } from './tell-in-turns.js';

/** Where answers come from. */
export interface Sources {
  readonly asking: Pick<ServerAsking, 'read'>;
  /** Whom to ask now, or why nobody is. */
  next(): Server | Refusal;
  failed(server: Server, failure: AskedFailure): void;
}

export interface KeptReadOptions<Request, Value> {
  readonly question: Question<Request, Value>;
  readonly sources: Sources;
  /** Takes another answer in; false when it isn't kept any longer. */
  readonly admit: (kept: KeptRead<Request, Value>) => boolean;
  /** Nobody may be shown it any more. */
  readonly withdraw: (kept: KeptRead<Request, Value>) => void;
}

/** As stock's cache waits on a server. */
const WAIT_MS = 600_000;
/** The first try after a failure comes at once, the others later and later, none at the same time as those of other answers. */
const FIRST_PAUSE_MS = 200;
const MOST_PAUSE_MS = 60_000;
/** Until the next look where no server is known, which costs nobody anything; and after an answer that said nothing new. */
const LOOK_AGAIN_MS = 1_000;

export class KeptRead<Request, Value> implements Deadline {
  dueMs = 0;
  slot = -1;
  order = 0;
  readonly waiters = new Set<KeptWaiter<Value>>();
  readonly #options: KeptReadOptions<Request, Value>;
  #askedMs = deadlines.now();
  #answer: AskedValue<Value>;
  #confirmedMs: number;
  #lostMs: number | null = null;
  /** Of queries that were to wait, in a row: a server that answers the others may still cut those off. */
  #failures = 0;
  #work: Asked | null = null;
  #isOver = false;

  /** The answer apart from the rest: that stays, and this is another one soon. */
  constructor(answer: AskedValue<Value>, options: KeptReadOptions<Request, Value>) {
    this.#options = options;
    this.#answer = answer;
    this.#confirmedMs = deadlines.now();
  }

  get answer(): AskedValue<Value> {
    return this.#answer;
  }

  /** When somebody asked for it last. */
  get askedMs(): number {
    return this.#askedMs;
  }

  /** Milliseconds since a server last said that this is the answer, and since that server had heard of its leader. */
  get oldestMs(): number {
    return deadlines.now() - this.#confirmedMs + this.#answer.origin.lastContactMs;
  }

  /** Milliseconds since no server can be asked; 0 while one is. */
  get lostForMs(): number {
    return this.#lostMs === null ? 0 : deadlines.now() - this.#lostMs;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  /** Somebody asks for it. */
  asked(): void {
    this.#askedMs = deadlines.now();
  }

  /** A server's word, by whatever way it came. */
  confirm(answer: AskedValue<Value>): void {
    if (this.#isOver) return;
    const isRestored = answer.index < this.#answer.index;
    const isChanged = answer.index !== this.#answer.index;
    this.#answer = answer;
    this.#confirmedMs = deadlines.now();
    if (!this.#options.admit(this)) {
      this.stop();
      return;
    }
    if (isChanged) this.#tell(isRestored);
    if (this.#lostMs === null) return;
    this.#lostMs = null;
    this.#pause(0);
  }

  /** From now on it is kept current. */
  follow(): void {
    if (this.#isOver || this.#work !== null) return;
    const { sources, question } = this.#options;
    const server = sources.next();
    if ('refused' in server) {
      this.#lostMs ??= deadlines.now();
      this.#pause(LOOK_AGAIN_MS);
      return;
    }
    // What may have been missed meanwhile is asked for first: only an answer says that there is a server again.
    const minIndex = this.#lostMs === null ? Math.max(1, this.#answer.index) : 0;
    const settings = { consistency: 'stale', minIndex, waitMs: minIndex > 0 ? WAIT_MS : 0, maxStaleMs: 0 } as const;
    const { method, request, datacenter, token } = question;
    let isAnswered = false;
    const work = sources.asking.read(server.address, method, request, settings, datacenter, token, (answer) => {
      isAnswered = true;
      this.#work = null;
      this.#answered(server, answer);
    });
    if (!isAnswered) this.#work = work;
  }

  stop(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    deadlines.remove(this);
    this.#work?.cancel();
    this.#work = null;
    // They ask again if they want to; for them it is as if their time were over.
    this.#tell(true);
  }

  expire(): void {
    this.follow();
  }

  #answered(server: Server, answer: AskedRead<Value>): void {
    if (this.#isOver) return;
    if (answer.ok) {
      const wasLost = this.#lostMs !== null;
      const isNews = answer.index !== this.#answer.index;
      this.confirm(answer);
      if (wasLost) return;
      this.#failures = 0;
      this.#pause(isNews ? 0 : LOOK_AGAIN_MS * Math.random());
      return;
    }
    this.#options.sources.failed(server, answer);
    // The token is gone, or may no longer see it: whoever asks with it hears that from a server.
    if (refusalOf(answer).refused === 'denied') {
      this.#options.withdraw(this);
      this.stop();
      return;
    }
    this.#lostMs ??= deadlines.now();
    this.#failures += 1;
    const longest = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (this.#failures - 1));
    this.#pause(this.#failures === 1 ? 0 : longest * (1 + Math.random()));
  }

  #pause(ms: number): void {
    if (this.#isOver) return;
    deadlines.remove(this);
    this.dueMs = Math.ceil(deadlines.now() + ms);
    deadlines.add(this);
  }

  /** Those whose index is behind; `all`: whatever they wait for. */
  #tell(all: boolean): void {
    tellInTurns(
      this.waiters,
      (waiter) => waiter.expire(),
      ({ minIndex }) => all || minIndex < this.#answer.index,
    );
  }
}
