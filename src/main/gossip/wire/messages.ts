// The bodies of memberlist's messages (spec/gossip.md, section 5). Fields are named and declared as on the wire.

import { bool, bytes, int, type Kind, text, u16, u32 } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';

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
