// Tells the state worker of the members of a pool, as changes: what happened during a turn goes in one message, and of a
// great many only some hundred with each turn, so that the thread is never held.

import type { Member, MemberChanges, PoolName } from '../../wire/gossip-pools.js';
import type { SerfMember } from '../gossip/serf/pool/member.js';
import { memberOf } from './member-view.js';

/** To make a member’s texts and to copy them to another thread takes 10 µs on a busy machine: a millisecond, beside what else a turn has to do. */
const MEMBERS_A_MESSAGE = 100;

export class MemberPublisher {
  readonly #pool: PoolName;
  readonly #send: (changes: MemberChanges) => void;
  /** Null: the member is forgotten. */
  readonly #pending = new Map<string, SerfMember | null>();
  #isScheduled = false;

  constructor(pool: PoolName, send: (changes: MemberChanges) => void) {
    this.#pool = pool;
    this.#send = send;
  }

  changed(member: SerfMember): void {
    this.#note(member.name, member);
  }

  removed(name: string): void {
    this.#note(name, null);
  }

  #note(name: string, member: SerfMember | null): void {
    this.#pending.set(name, member);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }

  /** Sends what there is at once, as far as one message goes; the rest follows by itself. */
  flush(): void {
    this.#isScheduled = false;
    if (this.#pending.size === 0) return;
    const changed: Member[] = [];
    const removed: string[] = [];
    for (const [name, member] of this.#pending) {
      if (changed.length + removed.length >= MEMBERS_A_MESSAGE) break;
      this.#pending.delete(name);
      if (member === null) removed.push(name);
      else changed.push(memberOf(member));
    }
    this.#send({ pool: this.#pool, changed, removed });
    if (this.#pending.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }
}
