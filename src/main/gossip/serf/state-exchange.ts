// What goes with a push/pull (spec/gossip.md, section 15): clocks, the time of every member's last intent, who left, and
// recent events, so that nobody misses for good what gossip failed to bring.

import { decodeSteps, encodeSteps, readFailureText } from '../../../msgpack/codec.js';
import type { Uint64 } from '../../../wire/uint64.js';
import type { MergeSteps } from '../core/machine.js';
import type { Intents } from './members/intents.js';
import type { SerfPool } from './pool/serf-pool.js';
import { type LamportClock, timeAfter, timeBefore } from './protocol/lamport-clock.js';
import { type EventSlot, type SerfState, STATE, serfState } from './protocol/messages.js';
import type { UserEvents } from './user-events.js';

/** Intents and events taken in one go: less than a millisecond. */
const ENTRIES_A_STEP = 200;

interface Parts {
  readonly pool: SerfPool;
  readonly intents: Intents;
  readonly events: UserEvents;
}

/** Members looked at in one go. */
const MEMBERS_A_STEP = 1000;

/** A copy: what is encoded in steps must not change meanwhile. */
function copied(slot: EventSlot | null): EventSlot | null {
  return slot === null ? null : { LTime: slot.LTime, Events: [...(slot.Events ?? [])] };
}

/** Our own state, for the other side. */
export function* localState({ pool, events }: Pick<Parts, 'pool' | 'events'>): Generator<void, Uint8Array> {
  const { clocks, members } = pool;
  const [LTime, EventLTime, QueryLTime] = [clocks.member.time, clocks.event.time, clocks.query.time];
  const Events = events.ring.map(copied);
  const StatusLTimes = new Map<string, Uint64>();
  for (const { name, statusLTime } of [...members.all()]) {
    if (StatusLTimes.size > 0 && StatusLTimes.size % MEMBERS_A_STEP === 0) yield;
    StatusLTimes.set(name, statusLTime);
  }
  // Last: of a time that may be younger than the list, the other side would make the opposite of what happened.
  const LeftMembers = Array.from(members.left, (member) => member.name);
  return yield* encodeSteps(serfState, { LTime, StatusLTimes, LeftMembers, EventLTime, Events, QueryLTime }, STATE);
}

/** The clock itself has not been used for anything yet. */
function witness(clock: LamportClock, time: Uint64): void {
  if (time > 0) clock.witness(timeBefore(time));
}

function* mergeIntents({ intents }: Parts, state: SerfState): Generator<void, void, number> {
  let nowMs = yield;
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

/**
 * Takes the other side's state in, step by step. `ignoresOld`: a join that wants no history. The answer is why the state
 * can't be read, or null.
 */
export function* mergeState(parts: Parts, bytes: Uint8Array, ignoresOld: boolean): MergeSteps {
  yield;
  if (bytes[0] !== STATE) return `Remote state has bad type prefix: ${bytes[0] ?? 'none'}`;
  const read = yield* decodeSteps(serfState, bytes, 1);
  if (!read.ok) return `Failed to decode remote state: ${readFailureText(read)}`;
  const { clocks } = parts.pool;
  const state = read.value;
  witness(clocks.member, state.LTime);
  witness(clocks.event, state.EventLTime);
  witness(clocks.query, state.QueryLTime);
  yield* mergeIntents(parts, state);
  if (ignoresOld) parts.events.ignoreBefore(state.EventLTime);
  yield* mergeEvents(parts, state.Events ?? []);
  return null;
}
