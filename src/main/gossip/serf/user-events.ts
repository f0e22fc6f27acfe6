// User events (spec/gossip.md, section 12): sent once, delivered once by every member, remembered for a while so that
// whoever was away gets them with a push/pull.

import { encode } from '../../../msgpack/codec.js';
import type { Uint64 } from '../../../wire/uint64.js';
import type { SerfPool } from './pool/serf-pool.js';
import { isBeyond, slotOf, timeAfter } from './protocol/lamport-clock.js';
import {
  EVENT_SLOTS,
  type EventSlot,
  MOST_SLOT_EVENTS,
  type RememberedEvent,
  USER_EVENT,
  type UserEvent,
  userEvent,
} from './protocol/messages.js';

/** No member may send a larger one, however it is configured. */
const MOST_EVENT_BYTES = 9216;
/** What the events of one Lamport time may take together: the whole ring has to fit a push/pull. */
const MOST_SLOT_BYTES = 32_768;

interface Slot extends EventSlot {
  readonly Events: RememberedEvent[];
  bytes: number;
}

const NO_BYTES = new Uint8Array(0);

export class UserEvents {
  readonly #pool: SerfPool;
  readonly #slots: (Slot | null)[] = new Array<Slot | null>(EVENT_SLOTS).fill(null);
  #earliest: Uint64 = 0;
  #revision = 0;

  constructor(pool: SerfPool) {
    this.#pool = pool;
  }

  /** The ring as it goes out with a push/pull. */
  get ring(): readonly (EventSlot | null)[] {
    return this.#slots;
  }

  /** Grows whenever the ring changes. */
  get revision(): number {
    return this.#revision;
  }

  /** Events before this time are none of ours. */
  ignoreBefore(time: Uint64): void {
    if (time > this.#earliest) this.#earliest = time;
  }

  /** After a restart: what was delivered before it isn't delivered again. */
  ignoreUpTo(time: Uint64): void {
    this.ignoreBefore(timeAfter(time));
  }

  /** Sends one. The problem, or null. */
  send(name: string, payload: Uint8Array | null, canCoalesce: boolean): string | null {
    const { clocks, broadcasts, options } = this.#pool;
    const limit = options.serf.userEventSizeLimit;
    const size = Buffer.byteLength(name) + (payload?.length ?? 0);
    if (size > limit) return `user event exceeds configured limit of ${limit} bytes before encoding`;
    if (size > MOST_EVENT_BYTES) return `user event exceeds sane limit of ${MOST_EVENT_BYTES} bytes before encoding`;
    const event: UserEvent = { LTime: clocks.event.time, Name: name, Payload: payload, CC: canCoalesce };
    const message = encode(userEvent, event, USER_EVENT);
    if (message.length > limit) return `encoded user event exceeds configured limit of ${limit} bytes after encoding`;
    clocks.event.advance();
    this.receive(event);
    broadcasts.spread('events', message);
    return null;
  }

  /** Whether it is to be passed on. Nothing of it is kept but copies. */
  receive(event: UserEvent): boolean {
    const { clocks, out } = this.#pool;
    const { LTime, Name } = event;
    clocks.event.witness(LTime);
    if (LTime < this.#earliest) return false;
    const now = clocks.event.time;
    if (isBeyond(LTime, now, EVENT_SLOTS)) {
      out.log('warn', `received old event ${Name} from time ${LTime} (current: ${now})`);
      return false;
    }
    const Payload = event.Payload === null ? null : new Uint8Array(event.Payload);
    if (!this.#remember(LTime, { Name, Payload })) return false;
    out.userEvent({ kind: 'userEvent', lTime: LTime, name: Name, payload: Payload, canCoalesce: event.CC });
    return true;
  }

  /** False for one that is known, or for which there is no room: it would be delivered again and again. */
  #remember(time: Uint64, event: RememberedEvent): boolean {
    const place = slotOf(time, EVENT_SLOTS);
    let slot = this.#slots[place] ?? null;
    const isSame = (other: RememberedEvent): boolean =>
      other.Name === event.Name && Buffer.compare(other.Payload ?? NO_BYTES, event.Payload ?? NO_BYTES) === 0;
    if (slot?.LTime === time && slot.Events.some(isSame)) return false;
    const size = event.Name.length + (event.Payload?.length ?? 0);
    if (size > MOST_EVENT_BYTES) return false;
    if (slot?.LTime !== time) {
      slot = { LTime: time, Events: [], bytes: 0 };
      this.#slots[place] = slot;
    }
    if (slot.Events.length >= MOST_SLOT_EVENTS || slot.bytes + size > MOST_SLOT_BYTES) {
      this.#pool.out.log('warn', `dropping event ${event.Name}: too many of time ${time}`);
      return false;
    }
    slot.Events.push(event);
    slot.bytes += size;
    this.#revision += 1;
    return true;
  }
}
