// What a Serf machine wants done and has to tell, in order. Every event about members, every user event and every query
// passes through here on its way out, and is held back for a while where that is wanted.

import type { Uint64 } from '../../../../wire/uint64.js';
import type { MachineOutput } from '../../core/machine.js';
import type { OutgoingPacket, StreamRequest } from '../../core/output.js';
import type { Timers } from '../../core/timers.js';
import type { LamportClock } from '../protocol/lamport-clock.js';
import { timeBefore } from '../protocol/lamport-clock.js';
import { MemberCoalescer, UserEventCoalescer } from './coalesce.js';
import type { SerfMember } from './member.js';
import { type MemberRecord, memberInfo } from './members.js';
import type { SerfSettings } from './options.js';
import type { IncomingQuery, MemberEventType, SerfEvent } from './output.js';
import type { SnapshotJournal } from './snapshot-journal.js';

type LogLevel = Extract<SerfEvent, { kind: 'log' }>['level'];

export interface SerfOutboxParts {
  readonly journal: SnapshotJournal | null;
  readonly memberClock: LamportClock;
  readonly timers: Timers;
  readonly settings: Pick<SerfSettings, 'coalesce' | 'userCoalesce'>;
  /** What time it is for the machine. */
  readonly nowMs: () => number;
}

export class SerfOutbox {
  readonly #journal: SnapshotJournal | null;
  readonly #memberClock: LamportClock;
  readonly #nowMs: () => number;
  readonly #memberCoalescer: MemberCoalescer | null;
  readonly #userEventCoalescer: UserEventCoalescer | null;
  #packets: OutgoingPacket[] = [];
  #streams: StreamRequest[] = [];
  #events: SerfEvent[] = [];
  /** Of the last event, while that is about members: more of the same kind go with it. */
  #lastType: MemberEventType | null = null;
  #lastMembers: SerfMember[] = [];

  constructor({ journal, memberClock, timers, settings, nowMs }: SerfOutboxParts) {
    this.#journal = journal;
    this.#memberClock = memberClock;
    this.#nowMs = nowMs;
    const { coalesce, userCoalesce } = settings;
    const emit = (event: SerfEvent) => this.#events.push(event);
    this.#memberCoalescer = coalesce && new MemberCoalescer(coalesce, timers, emit);
    this.#userEventCoalescer = userCoalesce && new UserEventCoalescer(userCoalesce, timers, emit);
  }

  packet(packet: OutgoingPacket): void {
    this.#packets.push(packet);
  }

  stream(request: StreamRequest): void {
    this.#streams.push(request);
  }

  log(level: LogLevel, text: string): void {
    this.tell({ kind: 'log', source: 'serf', level, text: `serf: ${text}` });
  }

  member(type: MemberEventType, member: MemberRecord): void {
    this.#journal?.member(type, member.name, member.address);
    this.noteClock();
    const info = memberInfo(member);
    if (type === this.#lastType) {
      this.#lastMembers.push(info);
      return;
    }
    const members = [info];
    this.tell({ kind: 'members', type, members });
    if (this.#memberCoalescer !== null) return;
    this.#lastType = type;
    this.#lastMembers = members;
  }

  userEvent(event: Extract<SerfEvent, { kind: 'userEvent' }>): void {
    this.#journal?.userEvent(event.lTime);
    this.tell(event);
  }

  query(query: IncomingQuery): void {
    this.internalQuery(query.lTime);
    this.tell({ kind: 'query', query });
  }

  /** One that stays inside is noted all the same: after a restart it must not be answered again. */
  internalQuery(lTime: Uint64): void {
    this.#journal?.query(lTime);
  }

  /** Our own leave begins. */
  leaving(): void {
    this.#journal?.leave();
  }

  /** The pool is found again: whoever of the snapshot isn't in it is gone. */
  rejoined(): void {
    this.#journal?.rejoined();
  }

  noteClock(): void {
    if (this.#memberClock.time > 0) this.#journal?.memberClock(timeBefore(this.#memberClock.time));
  }

  /** The one way out for events. Where they are coalesced, those about members and users' are held back and merged here. */
  tell(event: SerfEvent): void {
    this.#lastType = null;
    const memberCoalescer = this.#memberCoalescer;
    const userEventCoalescer = this.#userEventCoalescer;
    if (event.kind === 'members' && memberCoalescer !== null) {
      memberCoalescer.add(event, this.#nowMs());
      return;
    }
    if (event.kind === 'userEvent' && userEventCoalescer !== null) {
      userEventCoalescer.add(event, this.#nowMs());
      return;
    }
    // After these nobody listens any more.
    if (event.kind === 'left' || event.kind === 'quit') {
      memberCoalescer?.flush();
      userEventCoalescer?.flush();
    }
    this.#events.push(event);
  }

  /** Everything since the last call. */
  take(): MachineOutput<SerfEvent> {
    const due = this.#journal?.take() ?? null;
    if (due !== null) this.#events.push({ kind: 'snapshot', ...due });
    const packets = this.#packets;
    const streams = this.#streams;
    const events = this.#events;
    this.#lastType = null;
    this.#packets = [];
    this.#streams = [];
    this.#events = [];
    return { packets, streams, events };
  }
}
