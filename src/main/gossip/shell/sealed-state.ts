// Our state as it is given to those who begin a push/pull with us. To pack that of ten thousand members takes tens of
// milliseconds, and when a fleet starts, hundreds ask in a second: those who ask at nearly the same time are given the same
// bytes. What has happened since those were packed reaches them as it reaches everybody, by gossip
// (docs/gossip-simulation.md has what that saves).

import type { RingKey } from '../wire/keyring.js';
import type { PushPull } from '../wire/stream-messages.js';
import { sealSteps } from '../wire/stream-sealing.js';
import type { StreamWork } from './stream-work.js';

/** As long as news may wait for the next round of gossip. */
const SHARED_MS = 200;
/** A state of fewer members is packed for each who asks. */
const FEWEST_SHARED = 256;

interface Shared {
  readonly isJoin: boolean;
  /** Sealed with it; null: not encrypted. */
  readonly key: RingKey | null;
  readonly beganMs: number;
  readonly bytes: Promise<Uint8Array | null>;
  isPacked: boolean;
}

/** Ends with null when nobody waits for the result any more. */
function* whileWanted<T>(isWanted: () => boolean, steps: Generator<void, T>): Generator<void, T | null> {
  while (isWanted()) {
    const { done, value } = steps.next();
    if (done === true) return value;
    yield;
  }
  return null;
}

export class SealedState {
  readonly #work: StreamWork;
  readonly #now: () => number;
  #shared: Shared | null = null;
  #forgetting: NodeJS.Timeout | null = null;

  constructor(work: StreamWork, now: () => number = () => performance.now()) {
    this.#work = work;
    this.#now = now;
  }

  /** As it goes over the connection; null when it isn't wanted any more, or the pool is closed. */
  seal(isJoin: boolean, isWanted: () => boolean): Promise<Uint8Array | null> {
    const shared = this.#shared;
    if (shared !== null && this.#isFor(shared, isJoin)) return shared.bytes;
    const { machine, run } = this.#work;
    const body = run(() => machine.localState(isJoin));
    if (body.nodes.length >= FEWEST_SHARED) return this.#share(body).bytes;
    return this.#work.turns.run(whileWanted(isWanted, this.#steps(body)));
  }

  /** Nothing is kept any more. */
  close(): void {
    if (this.#forgetting !== null) clearTimeout(this.#forgetting);
    this.#shared = null;
  }

  #steps(body: PushPull): Generator<void, Uint8Array> {
    return sealSteps({ type: 'pushPull', body }, this.#work.protection, false);
  }

  #isFor({ isJoin, key, beganMs, isPacked }: Shared, wantsJoin: boolean): boolean {
    if (isJoin !== wantsJoin || key !== this.#work.protection.keyring.primary) return false;
    return !isPacked || this.#now() - beganMs < SHARED_MS;
  }

  #share(body: PushPull): Shared {
    const key = this.#work.protection.keyring.primary;
    const bytes = this.#work.turns.run(this.#steps(body));
    const shared: Shared = { isJoin: body.isJoin, key, beganMs: this.#now(), bytes, isPacked: false };
    this.#shared = shared;
    const packed = (): void => {
      shared.isPacked = true;
      if (this.#shared === shared) this.#forgetLater(shared);
    };
    bytes.then(packed, packed);
    return shared;
  }

  /** Megabytes that nobody asks for any more. */
  #forgetLater(shared: Shared): void {
    if (this.#forgetting !== null) clearTimeout(this.#forgetting);
    this.#forgetting = setTimeout(() => {
      if (this.#shared === shared) this.#shared = null;
    }, SHARED_MS);
    this.#forgetting.unref();
  }
}
