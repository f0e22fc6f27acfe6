// Consul's user events: a Serf event of a name of Consul's, its payload a map of its own (spec/gossip.md, section 20). Unlike
// everything else in gossip it uses the newer string and byte types of msgpack.

import type { FiredEvent } from '../../wire/gossip-pools.js';
import type { Uint64 } from '../../wire/uint64.js';
import { bytes, decode, int, type Kind, struct, text, written } from '../gossip/wire/codec.js';
import type { MsgpackWriter } from '../gossip/wire/msgpack-writer.js';

export const USER_EVENT_PREFIX = 'consul:event:';
/** Sent once by each new leader; its payload is the node's name. */
export const NEW_LEADER = 'consul:new-leader';
const VERSION = 1;

interface EventPayload {
  readonly ID: string;
  readonly n: string;
  readonly p: Uint8Array | null;
  readonly nf: string;
  readonly sf: string;
  readonly tf: string;
  readonly v: number;
}
const payloadKind: Kind<EventPayload> = struct<EventPayload>({
  ID: text,
  n: text,
  p: bytes,
  nf: text,
  sf: text,
  tf: text,
  v: int,
});

const MOST_FIXED = 31;
const MOST_SHORT = 0xff;

/** A header of one byte where the value is short enough, else of two or three. */
function header(writer: MsgpackWriter, length: number, fixed: number | null, short: number): void {
  if (fixed !== null && length <= MOST_FIXED) {
    writer.byte(fixed | length);
  } else if (length <= MOST_SHORT) {
    writer.byte(short);
    writer.byte(length);
  } else {
    writer.byte(short + 1);
    writer.byte(length >> 8);
    writer.byte(length & 0xff);
  }
}

function writeText(writer: MsgpackWriter, value: string): void {
  const encoded = Buffer.from(value);
  header(writer, encoded.length, 0xa0, 0xd9);
  writer.raw(encoded);
}

function writeBytes(writer: MsgpackWriter, value: Uint8Array): void {
  header(writer, value.length, null, 0xc4);
  writer.raw(value);
}

/** Without what is empty, in the order of the short names. */
export function encodeUserEvent(event: Omit<FiredEvent, 'lTime' | 'version'>): Uint8Array {
  const { id, name, payload, nodeFilter, serviceFilter, tagFilter } = event;
  const texts = (pairs: readonly (readonly [string, string])[]) => pairs.filter(([, value]) => value !== '');
  const before = texts([
    ['ID', id],
    ['n', name],
    ['nf', nodeFilter],
  ]);
  const behind = texts([
    ['sf', serviceFilter],
    ['tf', tagFilter],
  ]);
  const hasPayload = payload !== null && payload.length > 0;
  return written((writer) => {
    const count = before.length + behind.length + (hasPayload ? 2 : 1);
    writer.byte(0x80 | count);
    const put = ([key, value]: readonly [string, string]): void => {
      writeText(writer, key);
      writeText(writer, value);
    };
    for (const pair of before) put(pair);
    if (hasPayload) {
      writeText(writer, 'p');
      writeBytes(writer, payload);
    }
    for (const pair of behind) put(pair);
    writeText(writer, 'v');
    writer.unsigned(VERSION);
  });
}

/** Null when it can't be read. */
export function decodeUserEvent(payload: Uint8Array | null, lTime: Uint64): FiredEvent | null {
  const read = decode(payloadKind, payload ?? new Uint8Array(0), 0);
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
