// What goes with a push/pull (spec/gossip.md, section 15): clocks, the time of every member's last intent, who left, and
// recent events, so that nobody misses for good what gossip failed to bring.

import { decodeSteps, encode, readFailureText } from '../../../msgpack/codec.js';
import type { Uint64 } from '../../../wire/uint64.js';
import type { Intents } from './members/intents.js';
import type { SerfPool } from './pool/serf-pool.js';
import { type LamportClock, timeAfter, timeBefore } from './protocol/lamport-clock.js';
import { type EventSlot, type SerfState, STATE, serfState } from './protocol/messages.js';
import type { UserEvents } from './user-events.js';

/** Intents and events taken in one go: a few milliseconds. */
const ENTRIES_A_STEP = 2000;

interface Parts {
  readonly pool: SerfPool;
  readonly intents: Intents;
  readonly events: UserEvents;
}

export function localState({ pool, events }: Pick<Parts, 'pool' | 'events'>): Uint8Array {
  const { clocks, members } = pool;
  const StatusLTimes = new Map<string, Uint64>();
  for (const member of members.all()) StatusLTimes.set(member.name, member.statusLTime);
  const state: SerfState = {
    LTime: clocks.member.time,
    StatusLTimes,
    LeftMembers: Array.from(members.left, (member) => member.name),
    EventLTime: clocks.event.time,
    Events: events.ring,
    QueryLTime: clocks.query.time,
  };
  return encode(serfState, state, STATE);
}

/** The clock itself has not been used for anything yet. */
function witness(clock: LamportClock, time: Uint64): void {
  if (time > 0) clock.witness(timeBefore(time));
}

function* mergeIntents({ intents }: Parts, state: SerfState, fromMs: number): Generator<void, number, number> {
  let nowMs = fromMs;
  let taken = 0;
  const left = new Set(state.LeftMembers ?? []);
  for (const name of left) {
    intents.leave({ LTime: timeAfter(state.StatusLTimes?.get(name) ?? 0), Node: name, Prune: false }, nowMs);
    taken += 1;
    if (taken % ENTRIES_A_STEP === 0) nowMs = yield;
  }
  for (const [name, LTime] of state.StatusLTimes ?? []) {
    if (left.has(name)) continue;
    intents.join({ LTime, Node: name }, nowMs);
    taken += 1;
    if (taken % ENTRIES_A_STEP === 0) nowMs = yield;
  }
  return nowMs;
}

function* mergeEvents({ events }: Parts, slots: readonly (EventSlot | null)[]): Generator<void, void, number> {
  let taken = 0;
  for (const slot of slots) {
    for (const { Name, Payload } of slot?.Events ?? []) {
      events.receive({ LTime: slot?.LTime ?? 0, Name, Payload, CC: false });
      taken += 1;
      if (taken % ENTRIES_A_STEP === 0) yield;
    }
  }
}

/** Takes the other side's state in, step by step. `ignoresOld`: a join that wants no history. */
export function* mergeState(parts: Parts, bytes: Uint8Array, ignoresOld: boolean): Generator<void, void, number> {
  const nowMs = yield;
  const { clocks, out } = parts.pool;
  if (bytes[0] !== STATE) {
    out.log('error', `Remote state has bad type prefix: ${bytes[0] ?? 'none'}`);
    return;
  }
  const read = yield* decodeSteps(serfState, bytes, 1);
  if (!read.ok) {
    out.log('error', `Failed to decode remote state: ${readFailureText(read)}`);
    return;
  }
  const state = read.value;
  witness(clocks.member, state.LTime);
  witness(clocks.event, state.EventLTime);
  witness(clocks.query, state.QueryLTime);
  yield* mergeIntents(parts, state, nowMs);
  if (ignoresOld) parts.events.ignoreBefore(state.EventLTime);
  yield* mergeEvents(parts, state.Events ?? []);
}
