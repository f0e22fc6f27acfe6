// Consul's user events inside Serf's (spec/gossip.md, section 20): a name with a prefix, and a payload in the newer msgpack
// flavour, which has types of its own for text over 31 bytes (str8) and for bytes (bin).

import type { FiredEvent } from '../../wire/gossip-pools.js';
import type { SerfEvent } from '../gossip/serf/output.js';
import { bytes, decode, int, type Kind, struct, text, written } from '../gossip/wire/codec.js';
import type { MsgpackWriter } from '../gossip/wire/msgpack-writer.js';

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
/** For reading only: it takes both flavours. */
const body: Kind<Body> = struct<Body>({ ID: text, n: text, p: bytes, nf: text, sf: text, tf: text, v: int });

function writeText(writer: MsgpackWriter, value: string): void {
  const length = Buffer.byteLength(value);
  if (length < 32 || length > 0xff) {
    writer.text(value);
    return;
  }
  writer.byte(0xd9);
  writer.byte(length);
  writer.raw(Buffer.from(value));
}

function writeBytes(writer: MsgpackWriter, value: Uint8Array): void {
  const { length } = value;
  // What an event may carry fits in 16 bits by far, but that is for Serf to say.
  const size = length <= 0xff ? 1 : length <= 0xffff ? 2 : 4;
  writer.byte(0xc4 + Math.log2(size));
  for (let shift = 8 * (size - 1); shift >= 0; shift -= 8) writer.byte((length >>> shift) & 0xff);
  writer.raw(value);
}

export interface EncodedUserEvent {
  readonly name: string;
  readonly payload: Uint8Array;
}

/** As a Serf event, to be sent without coalescing. */
export function encodeUserEvent(event: Omit<FiredEvent, 'lTime' | 'version'>): EncodedUserEvent {
  const { id, name, payload, nodeFilter, serviceFilter, tagFilter } = event;
  const encoded = written((writer) => {
    // Go's codec sorts by key, with the capital letters first; what is empty is left out.
    const fields = [
      ['ID', id],
      ['n', name],
      ['nf', nodeFilter],
      ['p', payload ?? ''],
      ['sf', serviceFilter],
      ['tf', tagFilter],
    ] as const;
    const present = fields.filter(([key, value]) => value.length > 0 || key === 'ID' || key === 'n');
    writer.map(present.length + 1);
    for (const [key, value] of present) {
      writer.text(key);
      if (typeof value === 'string') writeText(writer, value);
      else writeBytes(writer, value);
    }
    writer.text('v');
    writer.unsigned(VERSION);
  });
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
