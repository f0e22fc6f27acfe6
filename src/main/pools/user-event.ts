// Consul's user events inside Serf's (spec/gossip.md, section 20): a name with a prefix, and a payload in the newer msgpack
// flavour, which has types of its own for text over 31 bytes (str8) and for bytes (bin).

import { decode, written } from '../../msgpack/codec.js';
import { bytes, int, type Kind, text } from '../../msgpack/kinds.js';
import { struct } from '../../msgpack/struct.js';
import type { FiredEvent } from '../../wire/gossip-pools.js';
import type { SerfEvent } from '../gossip/serf/pool/output.js';

type SerfUserEvent = Extract<SerfEvent, { readonly kind: 'userEvent' }>;

/** Events of Consul itself start with `consul:`, those of users with this. */
const USER_PREFIX = 'consul:event:';
export const NEW_LEADER = 'consul:new-leader';
/** What its payload means is this version's. A receiver takes every version. */
const VERSION = 1;

interface Body {
  readonly ID: string;
  readonly n: string;
  readonly p: Uint8Array | null;
  readonly nf: string;
  readonly sf: string;
  readonly tf: string;
  readonly v: number;
}
const body: Kind<Body> = struct<Body>({ ID: text, n: text, p: bytes, nf: text, sf: text, tf: text, v: int }, [
  'p',
  'nf',
  'sf',
  'tf',
]);

export interface EncodedUserEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** As a Serf event, to be sent without coalescing. */
export function encodeUserEvent(event: Omit<FiredEvent, 'lTime' | 'version'>): EncodedUserEvent {
  const { id, name, payload, nodeFilter, serviceFilter, tagFilter } = event;
  const value = { ID: id, n: name, p: payload, nf: nodeFilter, sf: serviceFilter, tf: tagFilter, v: VERSION };
  const encoded = written((writer) => body.write(writer, value), 'str-bin');
  return { name: `${USER_PREFIX}${name}`, payload: encoded };
}

/** What a server tells the members of its datacenter when it has won an election. */
export function newLeaderEvent(nodeName: string): EncodedUserEvent {
  return { name: NEW_LEADER, payload: Buffer.from(nodeName) };
}

/** Null when it isn't a user's event, or can't be read. Its bytes are its own, to be sent to another thread. */
export function decodeUserEvent({ name, lTime, payload }: SerfUserEvent): FiredEvent | null {
  if (!name.startsWith(USER_PREFIX) || payload === null) return null;
  const read = decode(body, payload);
  if (!read.ok) return null;
  const { ID, n, p, nf, sf, tf, v } = read.value;
  return {
    id: ID,
    name: n,
    payload: p === null ? null : Uint8Array.from(p),
    nodeFilter: nf,
    serviceFilter: sf,
    tagFilter: tf,
    version: v,
    lTime,
  };
}
