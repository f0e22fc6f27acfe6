// Serf's messages (spec/gossip.md, section 10): a type byte and a struct, inside memberlist's user messages, or as the
// state that goes with a push/pull.

import { decode } from '../../../../msgpack/codec.js';
import { list, mapOf } from '../../../../msgpack/collections.js';
import { firstOf } from '../../../../msgpack/first-of.js';
import { bool, bytes, int, type Kind, nullable, text, u8, u16, u32, u64 } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { Uint64 } from '../../../../wire/uint64.js';
import { MOST_NODES } from '../../wire/message-types.js';

export const LEAVE = 0;
export const JOIN = 1;
export const STATE = 2;
export const USER_EVENT = 3;
export const QUERY = 4;
export const QUERY_RESPONSE = 5;
export const CONFLICT_RESPONSE = 6;
export const KEY_REQUEST = 7;
export const KEY_RESPONSE = 8;
export const RELAY = 9;

export interface LeaveIntent {
  readonly LTime: Uint64;
  readonly Node: string;
  /** Whether the node is to be forgotten, too. */
  readonly Prune: boolean;
}
export const leaveIntent: Kind<LeaveIntent> = struct<LeaveIntent>({ LTime: u64, Node: text, Prune: bool });

export interface JoinIntent {
  readonly LTime: Uint64;
  readonly Node: string;
}
export const joinIntent: Kind<JoinIntent> = struct<JoinIntent>({ LTime: u64, Node: text });

export interface RememberedEvent {
  readonly Name: string;
  readonly Payload: Uint8Array | null;
}
/** Slots of the ring of remembered events. */
export const EVENT_SLOTS = 512;
/** The most events of one Lamport time; a pool has a few, and each byte of nonsense could become an object. Others send more. */
export const MOST_SLOT_EVENTS = 512;

/** The events of one Lamport time. */
export interface EventSlot {
  readonly LTime: Uint64;
  readonly Events: readonly RememberedEvent[] | null;
}
const eventSlot: Kind<EventSlot> = struct<EventSlot>({
  LTime: u64,
  Events: firstOf(struct<RememberedEvent>({ Name: text, Payload: bytes }), MOST_SLOT_EVENTS),
});

export interface SerfState {
  readonly LTime: Uint64;
  readonly StatusLTimes: ReadonlyMap<string, Uint64> | null;
  readonly LeftMembers: readonly string[] | null;
  readonly EventLTime: Uint64;
  /** The ring of {@link EVENT_SLOTS}, always sent whole. */
  readonly Events: readonly (EventSlot | null)[] | null;
  readonly QueryLTime: Uint64;
}
/** As many names as a push/pull may have nodes: those that failed or left in the last days are among them. */
export const serfState: Kind<SerfState> = struct<SerfState>({
  LTime: u64,
  StatusLTimes: mapOf(u64, MOST_NODES),
  LeftMembers: list(text, MOST_NODES),
  EventLTime: u64,
  Events: list(nullable(eventSlot), EVENT_SLOTS),
  QueryLTime: u64,
});

export interface UserEvent {
  readonly LTime: Uint64;
  readonly Name: string;
  readonly Payload: Uint8Array | null;
  /** Whether receivers may keep only the newest of a name. */
  readonly CC: boolean;
}
export const userEvent: Kind<UserEvent> = struct<UserEvent>({ LTime: u64, Name: text, Payload: bytes, CC: bool });

/** Bits of a query's `Flags`. */
export const QUERY_WANTS_ACK = 1;
export const QUERY_NO_BROADCAST = 2;
/** The bit of a response's `Flags`. */
export const RESPONSE_IS_ACK = 1;

export interface Query {
  readonly LTime: Uint64;
  readonly ID: number;
  readonly Addr: Uint8Array | null;
  readonly Port: number;
  readonly SourceNode: string;
  readonly Filters: readonly (Uint8Array | null)[] | null;
  readonly Flags: number;
  readonly RelayFactor: number;
  /** Nanoseconds. */
  readonly Timeout: number;
  readonly Name: string;
  readonly Payload: Uint8Array | null;
}
export const query: Kind<Query> = struct<Query>({
  LTime: u64,
  ID: u32,
  Addr: bytes,
  Port: u16,
  SourceNode: text,
  Filters: list(bytes),
  Flags: u32,
  RelayFactor: u8,
  Timeout: int,
  Name: text,
  Payload: bytes,
});

export interface QueryResponse {
  readonly LTime: Uint64;
  readonly ID: number;
  readonly From: string;
  readonly Flags: number;
  readonly Payload: Uint8Array | null;
}
export const queryResponse: Kind<QueryResponse> = struct<QueryResponse>({
  LTime: u64,
  ID: u32,
  From: text,
  Flags: u32,
  Payload: bytes,
});

/** What a member knows of the holder of a name, in the answer to a conflict query. */
export interface ConflictMember {
  readonly Name: string;
  readonly Addr: Uint8Array | null;
  readonly Port: number;
  readonly Tags: ReadonlyMap<string, string> | null;
  readonly Status: number;
  readonly ProtocolMin: number;
  readonly ProtocolMax: number;
  readonly ProtocolCur: number;
  readonly DelegateMin: number;
  readonly DelegateMax: number;
  readonly DelegateCur: number;
}
/** Null: the name is not known. */
export const conflictResponse: Kind<ConflictMember | null> = nullable(
  struct<ConflictMember>({
    Name: text,
    Addr: bytes,
    Port: u16,
    Tags: mapOf(text),
    Status: int,
    ProtocolMin: u8,
    ProtocolMax: u8,
    ProtocolCur: u8,
    DelegateMin: u8,
    DelegateMax: u8,
    DelegateCur: u8,
  }),
);

export interface KeyRequest {
  readonly Key: Uint8Array | null;
}
export const keyRequest: Kind<KeyRequest> = struct<KeyRequest>({ Key: bytes });

export interface KeyResponse {
  readonly Result: boolean;
  readonly Message: string;
  /** In base64. */
  readonly Keys: readonly string[] | null;
  readonly PrimaryKey: string;
}
export const keyResponse: Kind<KeyResponse> = struct<KeyResponse>({
  Result: bool,
  Message: text,
  Keys: list(text),
  PrimaryKey: text,
});

export interface RelayHeader {
  readonly DestAddr: { readonly IP: Uint8Array | null; readonly Port: number; readonly Zone: string };
  readonly DestName: string;
}
export const relayHeader: Kind<RelayHeader> = struct<RelayHeader>({
  DestAddr: struct<RelayHeader['DestAddr']>({ IP: bytes, Port: int, Zone: text }),
  DestName: text,
});

/** What comes in user messages. */
export type SerfMessage =
  | { readonly type: 'leave'; readonly body: LeaveIntent }
  | { readonly type: 'join'; readonly body: JoinIntent }
  | { readonly type: 'userEvent'; readonly body: UserEvent }
  | { readonly type: 'query'; readonly body: Query }
  | { readonly type: 'queryResponse'; readonly body: QueryResponse }
  /** `inner` is a whole message, to be sent on as it is. */
  | { readonly type: 'relay'; readonly header: RelayHeader; readonly inner: Uint8Array };

function body<T>(kind: Kind<T>, message: Uint8Array, make: (body: T) => SerfMessage): SerfMessage | null {
  const read = decode(kind, message, 1);
  return read.ok ? make(read.value) : null;
}

/** Null when it can't be read or has no place in a user message. Byte values are views of `message`. */
export function readSerfMessage(message: Uint8Array): SerfMessage | null {
  switch (message[0]) {
    case LEAVE:
      return body(leaveIntent, message, (value) => ({ type: 'leave', body: value }));
    case JOIN:
      return body(joinIntent, message, (value) => ({ type: 'join', body: value }));
    case USER_EVENT:
      return body(userEvent, message, (value) => ({ type: 'userEvent', body: value }));
    case QUERY:
      return body(query, message, (value) => ({ type: 'query', body: value }));
    case QUERY_RESPONSE:
      return body(queryResponse, message, (value) => ({ type: 'queryResponse', body: value }));
    case RELAY: {
      const header = decode(relayHeader, message, 1);
      return header.ok ? { type: 'relay', header: header.value, inner: message.subarray(header.next) } : null;
    }
    default:
      return null;
  }
}
