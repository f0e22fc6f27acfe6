// The bodies of memberlist's messages (spec/gossip.md, section 5). Fields are named and declared as on the wire.

import { encode } from '../../../msgpack/codec.js';
import { bool, bytes, int, type Kind, text, u16, u32 } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';
import { ALIVE } from './message-types.js';

/** Answers go to these when they are given, else to where the packet came from. */
export interface Source {
  readonly SourceAddr: Uint8Array | null;
  readonly SourcePort: number;
  readonly SourceNode: string;
}
const source = { SourceAddr: bytes, SourcePort: u16, SourceNode: text };
const sourceFields = ['SourceAddr', 'SourcePort', 'SourceNode'] as const;

export interface Ping extends Source {
  readonly SeqNo: number;
  readonly Node: string;
}
export const ping: Kind<Ping> = struct<Ping>({ SeqNo: u32, Node: text, ...source }, sourceFields);

export interface IndirectPing extends Source {
  readonly SeqNo: number;
  readonly Target: Uint8Array | null;
  readonly Port: number;
  readonly Node: string;
  readonly Nack: boolean;
}
export const indirectPing: Kind<IndirectPing> = struct<IndirectPing>(
  { SeqNo: u32, Target: bytes, Port: u16, Node: text, Nack: bool, ...source },
  sourceFields,
);

export interface Ack {
  readonly SeqNo: number;
  readonly Payload: Uint8Array | null;
}
export const ack: Kind<Ack> = struct<Ack>({ SeqNo: u32, Payload: bytes });

export interface Nack {
  readonly SeqNo: number;
}
export const nack: Kind<Nack> = struct<Nack>({ SeqNo: u32 });

/** The body of suspect and dead. */
export interface Accusation {
  readonly Incarnation: number;
  readonly Node: string;
  readonly From: string;
}
export const accusation: Kind<Accusation> = struct<Accusation>({ Incarnation: u32, Node: text, From: text });

export interface Alive {
  readonly Incarnation: number;
  readonly Node: string;
  readonly Addr: Uint8Array | null;
  readonly Port: number;
  readonly Meta: Uint8Array | null;
  /** Protocol minimum, maximum, current; the same of the delegate (Serf). */
  readonly Vsn: Uint8Array | null;
}
export const alive: Kind<Alive> = struct<Alive>({
  Incarnation: u32,
  Node: text,
  Addr: bytes,
  Port: u16,
  Meta: bytes,
  Vsn: bytes,
});

/** Of text or bytes: with two bytes of length from here on, with four from there on. */
const LENGTH_16 = 32;
const LENGTH_32 = 0x10000;
/** The type and the names of the fields; each value that says nothing takes a byte. */
const ALIVE_FRAME = encode(alive, alive.zero, ALIVE).length - Object.keys(alive.zero).length;

function unsignedLength(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x100) return 2;
  return value < 0x10000 ? 3 : 5;
}

function rawLength(length: number): number {
  if (length < LENGTH_16) return 1 + length;
  return (length < LENGTH_32 ? 3 : 5) + length;
}

/** How long the message is with its type, without writing it; null when the name isn't ASCII, as nearly all are. */
export function aliveLength({ Incarnation, Node, Addr, Port, Meta, Vsn }: Alive): number | null {
  for (let i = 0; i < Node.length; i += 1) if (Node.charCodeAt(i) >= 0x80) return null;
  const numbers = unsignedLength(Incarnation) + unsignedLength(Port);
  const values = rawLength(Node.length) + rawLength(Addr?.length ?? 0) + rawLength(Meta?.length ?? 0);
  return ALIVE_FRAME + numbers + values + rawLength(Vsn?.length ?? 0);
}

export interface RemoteError {
  readonly Error: string;
}
export const remoteError: Kind<RemoteError> = struct<RemoteError>({ Error: text });

export interface PushPullHeader {
  readonly Nodes: number;
  readonly UserStateLen: number;
  readonly Join: boolean;
}
export const pushPullHeader: Kind<PushPullHeader> = struct<PushPullHeader>({
  Nodes: int,
  UserStateLen: int,
  Join: bool,
});

/** The numbers of node states on the wire. */
export const STATE_ALIVE = 0;
export const STATE_SUSPECT = 1;
export const STATE_DEAD = 2;
export const STATE_LEFT = 3;

export interface PushPullNode {
  readonly Name: string;
  readonly Addr: Uint8Array | null;
  readonly Port: number;
  readonly Meta: Uint8Array | null;
  readonly Incarnation: number;
  readonly State: number;
  readonly Vsn: Uint8Array | null;
}
export const pushPullNode: Kind<PushPullNode> = struct<PushPullNode>({
  Name: text,
  Addr: bytes,
  Port: u16,
  Meta: bytes,
  Incarnation: u32,
  State: int,
  Vsn: bytes,
});

export interface UserHeader {
  readonly UserMsgLen: number;
}
export const userHeader: Kind<UserHeader> = struct<UserHeader>({ UserMsgLen: int });

export interface Compressed {
  readonly Algo: number;
  readonly Buf: Uint8Array | null;
}
export const compressed: Kind<Compressed> = struct<Compressed>({ Algo: int, Buf: bytes });
