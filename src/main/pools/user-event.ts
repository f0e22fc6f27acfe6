// Consul's user events inside Serf's (spec/gossip.md, section 20): a name with a prefix, and a payload in the newer msgpack
// flavour, which has types of its own for text over 31 bytes (str8) and for bytes (bin).

import { decode } from '../../msgpack/codec.js';
import { USER_EVENT_VERSION, userEventBody, writtenUserEvent } from '../../msgpack/user-event.js';
import type { FiredEvent } from '../../wire/gossip-pools.js';
import type { SerfEvent } from '../gossip/serf/pool/output.js';

type SerfUserEvent = Extract<SerfEvent, { readonly kind: 'userEvent' }>;

/** Events of Consul itself start with `consul:`, those of users with this. */
const USER_PREFIX = 'consul:event:';
export const NEW_LEADER = 'consul:new-leader';
export interface EncodedUserEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** As a Serf event, to be sent without coalescing. */
export function encodeUserEvent(event: Omit<FiredEvent, 'lTime' | 'version'>): EncodedUserEvent {
  const { id, name, payload, nodeFilter, serviceFilter, tagFilter } = event;
  const body = { ID: id, n: name, p: payload, nf: nodeFilter, sf: serviceFilter, tf: tagFilter, v: USER_EVENT_VERSION };
  return { name: `${USER_PREFIX}${name}`, payload: writtenUserEvent(body) };
}

/** What a server tells the members of its datacenter when it has won an election. */
export function newLeaderEvent(nodeName: string): EncodedUserEvent {
  return { name: NEW_LEADER, payload: Buffer.from(nodeName) };
}

/** Null when it isn't a user's event, or can't be read. Its bytes are its own, to be sent to another thread. */
export function decodeUserEvent({ name, lTime, payload }: SerfUserEvent): FiredEvent | null {
  if (!name.startsWith(USER_PREFIX) || payload === null) return null;
  const read = decode(userEventBody, payload);
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
