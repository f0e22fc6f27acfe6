// A user event's own bytes: what gossip carries as the payload of Serf's event, and what an agent gives a server to fire
// (spec/gossip.md, section 20; spec/rpc.md, Internal.EventFire). In the newer flavour, which has types of its own for longer text
// and for bytes.

import { written } from './codec.js';
import { bytes, int, text } from './kinds.js';
import { struct } from './struct.js';

export interface UserEventBody {
  readonly ID: string;
  readonly n: string;
  readonly p: Uint8Array | null;
  /** Patterns, "" for none: nodes, services, tags. */
  readonly nf: string;
  readonly sf: string;
  readonly tf: string;
  readonly v: number;
}

/** What a payload means is this version's. A receiver takes every version. */
export const USER_EVENT_VERSION = 1;

export const userEventBody = struct<UserEventBody>(
  { ID: text, n: text, p: bytes, nf: text, sf: text, tf: text, v: int },
  ['p', 'nf', 'sf', 'tf'],
);

/** Throws EncodeError for what can't be written. */
export function writtenUserEvent(event: UserEventBody): Uint8Array {
  return written((writer) => userEventBody.write(writer, event), 'str-bin');
}
