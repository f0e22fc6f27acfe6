// Tells the state worker of the members of a pool, as changes: what happened during a turn goes in one message, and of a
// great many only some hundred with each turn, so that the thread is never held.

import type { PoolName } from '../../wire/gossip-pools.js';
import type { ToldChanges, ToldMember } from '../../wire/packed-members.js';
import { type SerfMember, STATUS_NUMBERS } from '../gossip/serf/pool/member.js';

/** To make the texts of a member takes the state worker 5 to 10 µs: a millisecond at most, beside what else its turn has to do. */
const MEMBERS_A_MESSAGE = 100;

function told({ name, address: { ip, port }, meta, versionBytes, status }: SerfMember): ToldMember {
  return { name, ip, port, meta, versionBytes, status: STATUS_NUMBERS[status] };
}

export class MemberPublisher {
  readonly #pool: PoolName;
  readonly #send: (changes: ToldChanges) => void;
  /** Null: the member is forgotten. */
  readonly #pending = new Map<string, SerfMember | null>();
  #isScheduled = false;

  constructor(pool: PoolName, send: (changes: ToldChanges) => void) {
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
    const changed: ToldMember[] = [];
    const removed: string[] = [];
    for (const [name, member] of this.#pending) {
      if (changed.length + removed.length >= MEMBERS_A_MESSAGE) break;
      this.#pending.delete(name);
      if (member === null) removed.push(name);
      else changed.push(told(member));
    }
    this.#send({ pool: this.#pool, changed, removed });
    if (this.#pending.size === 0) return;
    this.#isScheduled = true;
    setImmediate(() => this.flush());
  }
}
