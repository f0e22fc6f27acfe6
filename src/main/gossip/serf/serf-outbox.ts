// What a Serf machine wants done and has to tell, in order. Every event about members, every user event and every query
// passes through here on its way out.

import type { Uint64 } from '../../../wire/uint64.js';
import type { MachineOutput } from '../core/machine.js';
import type { OutgoingPacket, StreamRequest } from '../core/output.js';
import type { Timers } from '../core/timers.js';
import { MemberCoalescer, UserEventCoalescer } from './coalesce.js';
import type { LamportClock } from './lamport-clock.js';
import { timeBefore } from './lamport-clock.js';
import { type MemberRecord, memberInfo } from './members.js';
import type { SerfSettings } from './options.js';
import type { IncomingQuery, MemberEventType, SerfEvent } from './output.js';
import type { SnapshotJournal } from './snapshot-journal.js';

type LogLevel = Extract<SerfEvent, { kind: 'log' }>['level'];

export interface OutboxOptions {
  /** Null: no snapshot is kept. */
  readonly journal: SnapshotJournal | null;
  readonly memberClock: LamportClock;
  readonly settings: Pick<SerfSettings, 'coalesce' | 'userCoalesce'>;
  readonly timers: Timers;
  readonly nowMs: () => number;
}

export class SerfOutbox {
  private readonly journal: SnapshotJournal | null;
  private readonly memberClock: LamportClock;
  private readonly nowMs: () => number;
  private readonly memberCoalescer: MemberCoalescer | null;
  private readonly userCoalescer: UserEventCoalescer | null;
  private packets: OutgoingPacket[] = [];
  private streams: StreamRequest[] = [];
  private events: SerfEvent[] = [];

  constructor({ journal, memberClock, settings, timers, nowMs }: OutboxOptions) {
    const { coalesce, userCoalesce } = settings;
    this.journal = journal;
    this.memberClock = memberClock;
    this.nowMs = nowMs;
    this.memberCoalescer = coalesce && new MemberCoalescer(coalesce, timers, (event) => this.tell(event));
    this.userCoalescer = userCoalesce && new UserEventCoalescer(userCoalesce, timers, (event) => this.tell(event));
  }

  packet(packet: OutgoingPacket): void {
    this.packets.push(packet);
  }

  stream(request: StreamRequest): void {
    this.streams.push(request);
  }

  log(level: LogLevel, text: string): void {
    this.tell({ kind: 'log', source: 'serf', level, text: `serf: ${text}` });
  }

  member(type: MemberEventType, member: MemberRecord): void {
    this.journal?.member(type, member.name, member.address);
    this.noteClock();
    const event = { kind: 'members', type, members: [memberInfo(member)] } as const;
    if (this.memberCoalescer === null) this.tell(event);
    else this.memberCoalescer.add(event, this.nowMs());
  }

  userEvent(event: Extract<SerfEvent, { kind: 'userEvent' }>): void {
    this.journal?.userEvent(event.lTime);
    if (this.userCoalescer === null) this.tell(event);
    else this.userCoalescer.add(event, this.nowMs());
  }

  query(query: IncomingQuery): void {
    this.internalQuery(query.lTime);
    this.tell({ kind: 'query', query });
  }

  /** One that stays inside is noted all the same: after a restart it must not be answered again. */
  internalQuery(lTime: Uint64): void {
    this.journal?.query(lTime);
  }

  /** Our own leave begins. */
  leaving(): void {
    this.journal?.leave();
  }

  noteClock(): void {
    if (this.memberClock.time > 0) this.journal?.memberClock(timeBefore(this.memberClock.time));
  }

  /** Our own leave is over, and with it what was held back. */
  left(): void {
    this.memberCoalescer?.flush();
    this.userCoalescer?.flush();
    this.tell({ kind: 'left' });
  }

  /** The one way out for events. */
  tell(event: SerfEvent): void {
    this.events.push(event);
  }

  /** Everything since the last call. */
  take(): MachineOutput<SerfEvent> {
    const due = this.journal?.take() ?? null;
    if (due !== null) this.events.push({ kind: 'snapshot', ...due });
    const { packets, streams, events } = this;
    this.packets = [];
    this.streams = [];
    this.events = [];
    return { packets, streams, events };
  }
}
