// Which lines the snapshot file gets, and when (spec/gossip.md, section 16).

import type { Uint64 } from '../../../../wire/uint64.js';
import { type Address, addressText } from '../../core/node.js';
import type { SerfMember } from './member.js';
import type { MemberEventType } from './output.js';
import {
  aliveLine,
  clockLine,
  eventClockLine,
  LEAVE_LINE,
  notAliveLine,
  queryClockLine,
  type RestoredSnapshot,
  type SnapshotMember,
  type SnapshotState,
} from './snapshot.js';

export class SnapshotJournal {
  #lines = '';
  #isSynced = false;
  #isLeaving = false;
  /** Members of the file that was read, by name, of whom nothing was heard yet: without them the pool couldn't be found. */
  readonly #unseen: Map<string, string>;
  #clock: Uint64;
  #eventClock: Uint64;
  #queryClock: Uint64;

  constructor(restored: RestoredSnapshot) {
    this.#unseen = new Map(restored.members.map(({ name, address }) => [name, address]));
    this.#clock = restored.clock;
    this.#eventClock = restored.eventClock;
    this.#queryClock = restored.queryClock;
  }

  /** A name with a line feed would be read back as lines of its own. */
  member(type: MemberEventType, name: string, address: Address): void {
    this.#unseen.delete(name);
    if (this.#isLeaving || name.includes('\n')) return;
    if (type === 'join') this.#lines += aliveLine(name, addressText(address));
    else if (type === 'leave' || type === 'failed') this.#lines += notAliveLine(name);
  }

  /** The last time anybody may have used. Written even while leaving. */
  memberClock(time: Uint64): void {
    if (time <= this.#clock) return;
    this.#clock = time;
    this.#lines += clockLine(time);
  }

  userEvent(time: Uint64): void {
    if (this.#isLeaving || time <= this.#eventClock) return;
    this.#eventClock = time;
    this.#lines += eventClockLine(time);
  }

  query(time: Uint64): void {
    if (this.#isLeaving || time <= this.#queryClock) return;
    this.#queryClock = time;
    this.#lines += queryClockLine(time);
  }

  /** We leave of our own will: a restart must not rejoin unless it is told to. */
  leave(): void {
    this.#isLeaving = true;
    this.#isSynced = true;
    this.#lines += LEAVE_LINE;
  }

  /** Whoever is unseen is gone. */
  rejoined(): void {
    this.#unseen.clear();
  }

  get unseenCount(): number {
    return this.#unseen.size;
  }

  /** What all lines come to, those that were read at the start included, at the time when it is looked at. */
  state(all: Iterable<SerfMember>): SnapshotState {
    const journal = this;
    return {
      members: this.#names(all),
      get clock() {
        return journal.#clock;
      },
      get eventClock() {
        return journal.#eventClock;
      },
      get queryClock() {
        return journal.#queryClock;
      },
    };
  }

  /** Those that are there first: of too many the first are read. */
  *#names(all: Iterable<SerfMember>): Generator<SnapshotMember> {
    for (const { name, address, status } of all) {
      if (status === 'alive' || status === 'leaving') yield { name, address: addressText(address) };
    }
    for (const [name, address] of this.#unseen) yield { name, address };
  }

  /** What is due since the last call, null when nothing is. */
  take(): { readonly lines: string; readonly isSynced: boolean } | null {
    if (this.#lines === '') return null;
    const taken = { lines: this.#lines, isSynced: this.#isSynced };
    this.#lines = '';
    this.#isSynced = false;
    return taken;
  }
}
