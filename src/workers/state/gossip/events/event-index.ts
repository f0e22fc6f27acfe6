// The index of /v1/event/list: made from the last event's ID, because events have no place in the log (the API's clients make
// the same number of an event's ID). It doesn't grow: a reader waits until it is another.

import type { FiredEvent } from '../../../../wire/gossip-pools.js';

const HEXADECIMAL = /^[0-9a-f]{32}$/i;
const BITS = 64n;
/** Without events; and what an ID that is no UUID gives. */
const NONE = 1n;

/** The upper half of the UUID's 128 bits XOR the lower one. */
export function eventIndex(events: readonly FiredEvent[]): bigint {
  const digits = events.at(-1)?.id.replaceAll('-', '') ?? '';
  if (!HEXADECIMAL.test(digits)) return NONE;
  const id = BigInt(`0x${digits}`);
  return (id >> BITS) ^ BigInt.asUintN(Number(BITS), id);
}
