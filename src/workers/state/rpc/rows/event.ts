// The row of Internal.EventFire. The asking agent has made the event's own bytes; whichever server is asked sends them out.

import { decode } from '../../../../msgpack/codec.js';
import { bytes, text } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import { USER_EVENT_VERSION, userEventBody, writtenUserEvent } from '../../../../msgpack/user-event.js';
import { refusal } from '../../methods/contract/refusal.js';
import { type EventFired, fireEvent, type NewEvent } from '../../methods/event.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds, unset } from './query-options.js';
import type { DirectRow, Row } from './row.js';

interface FireArguments extends QueryOptions {
  readonly Name: string;
  readonly Payload: Uint8Array | null;
}

const fire: DirectRow<FireArguments, QueryMeta, NewEvent, EventFired> = {
  kind: 'direct',
  method: fireEvent,
  arguments: struct<FireArguments>({ Datacenter: text, Name: text, Payload: bytes, ...queryOptionKinds }),
  reply: struct<QueryMeta>(queryMetaKinds),
  request({ Name, Payload }) {
    const read = decode(userEventBody, Payload ?? new Uint8Array(0));
    if (!read.ok) return refusal('failed', 'Invalid user event');
    const { ID, p, nf, sf, tf } = read.value;
    // Sent to another thread, so its bytes are its own.
    const payload = p === null ? null : Uint8Array.from(p);
    return { id: ID, name: Name, payload, nodeFilter: nf, serviceFilter: sf, tagFilter: tf };
  },
  ask({ id, name, payload, nodeFilter, serviceFilter, tagFilter }, options) {
    const body = {
      ID: id,
      n: name,
      p: payload,
      nf: nodeFilter,
      sf: serviceFilter,
      tf: tagFilter,
      v: USER_EVENT_VERSION,
    };
    return { ...options, AllowStale: true, Name: name, Payload: writtenUserEvent(body) };
  },
  show: ({ hasLeader }) => ({ ...unset, Index: 1, KnownLeader: hasLeader }),
  value: ({ KnownLeader }) => ({ hasLeader: KnownLeader }),
};

export const eventRows: readonly Row[] = [fire];
