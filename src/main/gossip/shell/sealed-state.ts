// Our state as it goes out with every push/pull, whoever began it. To pack that of ten thousand members takes tens of
// milliseconds, and when a fleet starts, hundreds ask in a second: those who ask at nearly the same time are given the same
// bytes, and so is everybody while nothing changes. What has happened since they were packed reaches those who ask as it
// reaches everybody, by gossip (docs/gossip-simulation.md has what that saves).

import type { OwnState } from '../core/machine.js';
import type { RingKey } from '../wire/keyring.js';
import { sealSteps } from '../wire/stream-sealing.js';
import type { StreamWork } from './stream-work.js';

/** As long as news may wait for the next round of gossip. */
const SHARED_MS = 200;
/** A state of fewer members is packed for each who asks. */
const FEWEST_SHARED = 256;
/** How often it is seen whether what is kept is still true. */
const LOOK_MS = 5_000;
/** Megabytes that nobody has asked for in so long are let go; a pool of ten thousand asks every few minutes. */
const UNASKED_MS = 600_000;

interface Shared {
  readonly isJoin: boolean;
  /** Sealed with it; null: not encrypted. */
  readonly key: RingKey | null;
  readonly beganMs: number;
  /** The machine's, when it began. */
  readonly revision: number;
  readonly bytes: Promise<Uint8Array | null>;
  isPacked: boolean;
  askedMs: number;
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
  #looking: NodeJS.Timeout | null = null;
  #isClosed = false;

  constructor(work: StreamWork, now: () => number = () => performance.now()) {
    this.#work = work;
    this.#now = now;
  }

  /** As it goes over the connection, without a label; null when it isn't wanted any more, or the pool is closed. */
  seal(isJoin: boolean, isWanted: () => boolean): Promise<Uint8Array | null> {
    if (this.#isClosed) return Promise.resolve(null);
    const shared = this.#shared;
    if (shared !== null && this.#isFor(shared, isJoin)) {
      shared.askedMs = this.#now();
      return shared.bytes;
    }
    const { machine, turns } = this.#work;
    const own = machine.ownState(isJoin);
    if (own.nodeCount >= FEWEST_SHARED) return this.#share(isJoin, own).bytes;
    return turns.run(whileWanted(isWanted, this.#steps(own)));
  }

  /** Nothing is packed or kept any more. */
  close(): void {
    this.#isClosed = true;
    this.#letGo();
  }

  #letGo(): void {
    if (this.#looking !== null) clearInterval(this.#looking);
    this.#looking = null;
    this.#shared = null;
  }

  *#steps(own: OwnState): Generator<void, Uint8Array> {
    const body = yield* own.steps;
    return yield* sealSteps({ type: 'pushPull', body }, this.#work.protection);
  }

  #isFor(shared: Shared, wantsJoin: boolean): boolean {
    const { isJoin, key, beganMs, revision, isPacked } = shared;
    const { protection, machine } = this.#work;
    if (isJoin !== wantsJoin || key !== protection.keyring.primary) return false;
    return !isPacked || this.#now() - beganMs < SHARED_MS || revision === machine.revision;
  }

  #share(isJoin: boolean, own: OwnState): Shared {
    const { machine, protection, turns } = this.#work;
    const nowMs = this.#now();
    const shared: Shared = {
      isJoin,
      key: protection.keyring.primary,
      revision: machine.revision,
      beganMs: nowMs,
      bytes: turns.run(this.#steps(own)),
      isPacked: false,
      askedMs: nowMs,
    };
    this.#shared = shared;
    shared.bytes.then(
      () => {
        shared.isPacked = true;
      },
      // Whoever waits hears of it; whoever asks next gets another try.
      () => {
        if (this.#shared === shared) this.#letGo();
      },
    );
    this.#looking ??= setInterval(() => this.#look(), LOOK_MS).unref();
    return shared;
  }

  /** Lets go of what nobody would be given any more. */
  #look(): void {
    const shared = this.#shared;
    const isUnasked = shared !== null && this.#now() - shared.askedMs >= UNASKED_MS;
    if (shared !== null && !isUnasked && this.#isFor(shared, shared.isJoin)) return;
    this.#letGo();
  }
}
