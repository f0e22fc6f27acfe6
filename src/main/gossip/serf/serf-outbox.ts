// What a Serf machine wants done and has to tell, in order. Every event about members, every user event and every query
// passes through here on its way out.

import type { Uint64 } from '../../../wire/uint64.js';
import type { MachineOutput } from '../core/machine.js';
import type { OutgoingPacket, StreamRequest } from '../core/output.js';
import type { LamportClock } from './lamport-clock.js';
import { timeBefore } from './lamport-clock.js';
import { type MemberRecord, memberInfo } from './members.js';
import type { IncomingQuery, MemberEventType, SerfEvent } from './output.js';
import type { SnapshotJournal } from './snapshot-journal.js';

type LogLevel = Extract<SerfEvent, { kind: 'log' }>['level'];

export class SerfOutbox {
  private readonly journal: SnapshotJournal | null;
  private readonly memberClock: LamportClock;
  private packets: OutgoingPacket[] = [];
  private streams: StreamRequest[] = [];
  private events: SerfEvent[] = [];

  constructor(journal: SnapshotJournal | null, memberClock: LamportClock) {
    this.journal = journal;
    this.memberClock = memberClock;
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
    this.tell({ kind: 'members', type, members: [memberInfo(member)] });
  }

  userEvent(event: Extract<SerfEvent, { kind: 'userEvent' }>): void {
    this.journal?.userEvent(event.lTime);
    this.tell(event);
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

  /** The one way out for events; those about members and users' may be held back and merged here. */
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
