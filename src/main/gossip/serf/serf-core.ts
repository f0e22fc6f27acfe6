// The Serf machine of one pool: members with tags and reasons, events and queries (spec/gossip.md, sections 10 to 17), on
// top of memberlist's core. It is pure like that: the shell has the sockets and the clock, and takes what is to be done
// after every call.

import type { Coordinate } from '../../../wire/gossip-pools.js';
import {
  type Machine,
  type MachineOutput,
  type MergeSteps,
  type Merging,
  mergingOf,
  type OwnState,
} from '../core/machine.js';
import type { Address } from '../core/node.js';
import type { Ping } from '../wire/messages.js';
import type { PushPull } from '../wire/stream-messages.js';
import { every } from './every.js';
import { figuresOf } from './figures.js';
import { reap } from './members/reaper.js';
import { reconnect } from './members/reconnect.js';
import { partsOf, type SerfParts } from './parts.js';
import type { SerfMember } from './pool/member.js';
import type { SerfOptions } from './pool/options.js';
import type { IncomingQuery, SerfEvent } from './pool/output.js';
import type { SerfPool } from './pool/serf-pool.js';
import type { RestoredSnapshot, SnapshotState } from './pool/snapshot.js';
import { SnapshotJournal } from './pool/snapshot-journal.js';
import { encodeTags } from './protocol/tags.js';
import { type KeyAnswer, runKeyOperation } from './query/key-operations.js';
import type { KeyOperation } from './query/key-queries.js';
import type { QueryListener, QueryRequest } from './query/query-client.js';
import { Reception } from './reception.js';
import { mergeState } from './state-exchange.js';

/** How often the member clock is written down. */
const CLOCK_NOTE_MS = 500;
const TAGS_TOO_LONG = 'Encoded length of tags exceeds limit of 512 bytes';

export class SerfCore implements Machine<SerfEvent> {
  readonly #pool: SerfPool;
  readonly #parts: SerfParts;
  readonly #reception: Reception;
  readonly #journal: SnapshotJournal | null;
  /** Until the start: megabytes of a large pool, which nobody needs any more when it is found. */
  #restored: RestoredSnapshot | null;
  /** Joins under way, and whether one of them wants no old events. */
  #joins = 0;
  #ignoresOld = false;

  constructor({ restored, ...options }: SerfOptions) {
    this.#journal = restored === null ? null : new SnapshotJournal(restored);
    this.#restored = restored;
    this.#parts = partsOf(options, this.#journal);
    this.#pool = this.#parts.pool;
    this.#reception = new Reception(this.#parts);
  }

  /** Makes ourselves a member and starts all that beats. The problem, or null. */
  start(nowMs: number): string | null {
    const { options, clocks, core } = this.#pool;
    const restored = this.#restored;
    this.#restored = null;
    const meta = encodeTags(options.tags);
    if (meta === null) return TAGS_TOO_LONG;
    const problem = this.#refuseSelf(meta);
    if (problem !== null) return problem;
    this.#pool.latestMs = nowMs;
    for (const clock of Object.values(clocks)) clock.advance();
    if (restored !== null) this.#restore(restored);
    if (!core.start(meta, nowMs)) {
      this.#absorb(nowMs);
      return 'our own description is refused';
    }
    this.#absorb(nowMs);
    this.#startBeats(nowMs);
    this.#parts.rejoin.start(restored?.members ?? [], nowMs);
    return null;
  }

  #refuseSelf(meta: Uint8Array): string | null {
    const { self, rules } = this.#pool.options;
    const { name, address, versionBytes } = self;
    return rules?.refuseAlive({ name, address, meta, versionBytes }, false) ?? null;
  }

  #restore({ clock, eventClock, queryClock }: RestoredSnapshot): void {
    const { clocks } = this.#pool;
    clocks.member.witness(clock);
    clocks.event.witness(eventClock);
    clocks.query.witness(queryClock);
    this.#parts.events.ignoreUpTo(eventClock);
    this.#parts.queries.ignoreUpTo(queryClock);
  }

  #startBeats(nowMs: number): void {
    const pool = this.#pool;
    const { timers, out, broadcasts } = pool;
    const { reapIntervalMs, reconnectIntervalMs, queueCheckIntervalMs } = pool.options.serf;
    every(timers, nowMs, reapIntervalMs, (now) => reap(this.#parts, now));
    every(timers, nowMs, reconnectIntervalMs, () => reconnect(pool));
    every(timers, nowMs, queueCheckIntervalMs, () => broadcasts.check((text) => out.log('warn', text)));
    if (this.#journal !== null) every(timers, nowMs, CLOCK_NOTE_MS, () => out.noteClock());
  }

  get nextMs(): number | null {
    const { core, timers } = this.#pool;
    const [coreMs, serfMs] = [core.nextMs, timers.nextMs];
    if (coreMs === null || serfMs === null) return coreMs ?? serfMs;
    return Math.min(coreMs, serfMs);
  }

  tick(nowMs: number): void {
    const { core, timers } = this.#pool;
    this.#pool.latestMs = nowMs;
    core.tick(nowMs);
    this.#absorb(nowMs);
    timers.runDue(nowMs);
    this.#absorb(nowMs);
  }

  receive(packet: Uint8Array, from: Address, nowMs: number): void {
    this.#pool.latestMs = nowMs;
    this.#pool.core.receive(packet, from, nowMs);
    this.#absorb(nowMs);
  }

  receiveUser(payload: Uint8Array, nowMs: number): void {
    this.#pool.latestMs = nowMs;
    this.#reception.message(payload, nowMs);
    this.#absorb(nowMs);
  }

  packetFailed(probe: number): void {
    this.#pool.core.packetFailed(probe);
    this.#absorb(this.#pool.latestMs);
  }

  streamPingAnswered(seqNo: number): void {
    this.#pool.core.streamPingAnswered(seqNo);
    this.#absorb(this.#pool.latestMs);
  }

  isForUs(ping: Ping): boolean {
    return this.#pool.core.isForUs(ping);
  }

  ownState(isJoin: boolean): OwnState {
    return this.#pool.core.ownState(isJoin);
  }

  get revision(): number {
    const { core, clocks, members } = this.#pool;
    const { member, event, query } = clocks;
    return (
      core.revision + members.revision + this.#parts.events.revision + member.revision + event.revision + query.revision
    );
  }

  startMerge(remote: PushPull): Merging {
    return mergingOf(this.#mergeSteps(remote));
  }

  /** memberlist's part, then Serf's. */
  *#mergeSteps(remote: PushPull): MergeSteps {
    const merging = this.#pool.core.startMerge(remote);
    for (let isMore = true; isMore; ) {
      const nowMs = yield;
      this.#pool.latestMs = nowMs;
      isMore = merging.step(nowMs);
      this.#absorb(nowMs);
    }
    if (merging.problem !== null) return merging.problem;
    const merged = this.#reception.takeUserState();
    if (merged === null) return null;
    return yield* this.#mergeUserState(merged.state, merged.isJoin);
  }

  *#mergeUserState(state: Uint8Array, isJoin: boolean): MergeSteps {
    const merging = mergingOf(mergeState(this.#parts, state, isJoin && this.#ignoresOld));
    for (let isMore = true; isMore; ) {
      const nowMs = yield;
      this.#pool.latestMs = nowMs;
      isMore = merging.step(nowMs);
      this.#absorb(nowMs);
    }
    return merging.problem;
  }

  take(): MachineOutput<SerfEvent> {
    return this.#pool.out.take();
  }

  /** Handles what the core has to tell, and what comes of that. */
  #absorb(nowMs: number): void {
    const { core, out } = this.#pool;
    for (;;) {
      const { packets, streams, events } = core.take();
      if (packets.length + streams.length + events.length === 0) return;
      for (const packet of packets) out.packet(packet);
      for (const stream of streams) out.stream(stream);
      for (const event of events) this.#reception.event(event, nowMs);
    }
  }

  /** All members, whatever their status. Not to be kept: their fields change. */
  members(): IterableIterator<SerfMember> {
    return this.#pool.members.all();
  }

  member(name: string): SerfMember | undefined {
    return this.#pool.members.get(name);
  }

  get memberCount(): number {
    return this.#pool.members.size;
  }

  /** Undefined before {@link start}. */
  get selfMember(): SerfMember | undefined {
    return this.member(this.#pool.options.self.name);
  }

  /** Why no pool can be joined any more, null when it can. */
  canJoin(): string | null {
    return this.#pool.state === 'alive' ? null : "Serf can't Join after Leave or Shutdown";
  }

  /** Before the push/pulls of a join. `ignoreOldEvents`: what the pool has seen before isn't told. */
  beginJoin(ignoreOldEvents: boolean): void {
    this.#joins += 1;
    this.#ignoresOld ||= ignoreOldEvents;
  }

  /** After them; `joined`: how many succeeded. */
  endJoin(joined: number, nowMs: number): void {
    this.#joins = Math.max(0, this.#joins - 1);
    if (this.#joins === 0) this.#ignoresOld = false;
    if (joined === 0) return;
    this.#parts.rejoin.joined();
    if (this.#pool.state === 'alive') this.#parts.intents.announceJoin(nowMs);
  }

  /** The problem, or null. */
  userEvent(name: string, payload: Uint8Array | null, canCoalesce: boolean, nowMs: number): string | null {
    this.#pool.latestMs = nowMs;
    return this.#parts.events.send(name, payload, canCoalesce);
  }

  /** The problem, or null. Then `listener.onEnd` is called in the end. */
  query(request: QueryRequest, listener: QueryListener, nowMs: number): string | null {
    const asked = this.#parts.queryClient.send(request, listener, nowMs);
    this.#absorb(nowMs);
    return asked.ok ? null : asked.error;
  }

  /** Answers a query of the event `query`. The problem, or null. */
  respond(query: IncomingQuery, payload: Uint8Array, nowMs: number): string | null {
    const problem = this.#parts.responses.respond(query, payload, nowMs);
    this.#absorb(nowMs);
    return problem;
  }

  /** The keyring that the event `keyring` told of is on the disk, or `problem` says why it isn't. */
  keyringSaved(query: IncomingQuery, problem: string | null, nowMs: number): void {
    this.#parts.keys.saved(query, problem, nowMs);
    this.#absorb(nowMs);
  }

  /** Lists or changes the keys of all members. `key`: ignored where they are listed. */
  keyQuery(
    operation: KeyOperation,
    key: Uint8Array,
    relayFactor: number,
    done: (answer: KeyAnswer) => void,
    nowMs: number,
  ): void {
    runKeyOperation(this.#parts, { operation, key, relayFactor }, done, nowMs);
    this.#absorb(nowMs);
  }

  /** Leaves the pool; the event `left` says when that is done. The problem, or null. */
  leave(nowMs: number): string | null {
    this.#pool.latestMs = nowMs;
    this.#parts.rejoin.stop();
    const problem = this.#parts.departure.leave(nowMs);
    this.#absorb(nowMs);
    return problem;
  }

  /** Declares a member to have left; the event `forceLeft` says when the others know. False: there is no such member. */
  forceLeave(name: string, prune: boolean, nowMs: number): boolean {
    this.#pool.latestMs = nowMs;
    const isKnown = this.#parts.departure.force(name, prune, nowMs);
    this.#absorb(nowMs);
    return isKnown;
  }

  /** The problem, or null. */
  setTags(tags: ReadonlyMap<string, string>, nowMs: number): string | null {
    const { core, options } = this.#pool;
    const meta = encodeTags(tags);
    if (meta === null) return TAGS_TOO_LONG;
    const problem = this.#refuseSelf(meta);
    if (problem !== null) return problem;
    this.#pool.latestMs = nowMs;
    const isTaken = core.updateMeta(meta, options.serf.broadcastTimeoutMs, nowMs);
    this.#absorb(nowMs);
    return isTaken ? null : 'our own description is refused';
  }

  get coordinate(): Coordinate {
    return this.#pool.coordinates.own;
  }

  coordinateOf(name: string): Coordinate | undefined {
    const { coordinates, options } = this.#pool;
    return name === options.self.name ? coordinates.own : coordinates.of(name);
  }

  /** What a snapshot file made now would hold; null when none is kept. It may be looked at while it changes. */
  snapshot(): SnapshotState | null {
    return this.#journal?.state(this.#pool.members.all()) ?? null;
  }

  /** How many members that snapshot would have, or a few more. */
  get snapshotSize(): number {
    return this.memberCount + (this.#journal?.unseenCount ?? 0);
  }

  /** Serf's statistics by name. */
  figures(): { [name: string]: string } {
    return figuresOf(this.#pool);
  }
}
