// hashicorp/raft's messages as tables (spec/raft.md, sections 2 and 3). What they mean is in requests.ts and answers.ts.

import { list } from '../../../msgpack/collections.js';
import { bool, bytes, int, type Kind, u8 } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';
import { goTime } from './appended-at.js';

export const PROTOCOL_VERSION = 3;

/** First byte of each request; the last one is lictor's own (packing.ts). */
export const RpcType = { append: 0, vote: 1, install: 2, timeoutNow: 3, preVote: 4, packed: 0x70 } as const;

/** Most entries that are taken in one request; stock servers send 64. */
const MOST_ENTRIES = 1024;

/** Half of what is exact: whatever term a stranger names, this server can count on from it. */
const MOST_COUNTED = 2 ** 52;

/** A term, an index or a size: exact, or the message isn't read. */
const count: Kind<number> = {
  zero: 0,
  isEmpty: (value) => value === 0,
  write: (writer, value) => writer.unsigned(value),
  read: (reader) => reader.unsigned(MOST_COUNTED),
};

/** Text that Go holds as bytes: nothing is nil. */
const name: Kind<string> = {
  zero: '',
  isEmpty: (value) => value === '',
  write: (writer, value) => (value === '' ? writer.nil() : writer.text(value)),
  read: (reader) => reader.text(true),
};

export interface WireHeader {
  readonly Addr: string;
  readonly ID: string;
  readonly ProtocolVersion: number;
}
const header = { ProtocolVersion: int, ID: name, Addr: name };

export interface WireEntry {
  readonly Index: number;
  readonly Term: number;
  readonly Type: number;
  readonly Data: Uint8Array | null;
  readonly Extensions: Uint8Array | null;
  /** Go's binary form of a time. */
  readonly AppendedAt: Uint8Array | null;
}
export const wireEntry = struct<WireEntry>({
  Index: count,
  Term: count,
  Type: u8,
  Data: bytes,
  Extensions: bytes,
  AppendedAt: goTime,
});

export interface AppendFields<Entries> extends WireHeader {
  readonly Term: number;
  readonly Leader: string;
  readonly PrevLogEntry: number;
  readonly PrevLogTerm: number;
  readonly Entries: Entries;
  readonly LeaderCommitIndex: number;
}

/** The same message, with its entries in the form that `entries` has. */
export function appendKind<Entries>(entries: Kind<Entries>): Kind<AppendFields<Entries>> {
  const rest = { Term: count, Leader: name, PrevLogEntry: count, PrevLogTerm: count };
  return struct<AppendFields<Entries>>({ ...header, ...rest, Entries: entries, LeaderCommitIndex: count });
}
export type WireAppend = AppendFields<readonly WireEntry[] | null>;
export const wireAppend = appendKind(list(wireEntry, MOST_ENTRIES));

export interface WireAppendAnswer extends WireHeader {
  readonly Term: number;
  readonly LastLog: number;
  readonly Success: boolean;
  readonly NoRetryBackoff: boolean;
}
export const wireAppendAnswer = struct<WireAppendAnswer>({
  ...header,
  Term: count,
  LastLog: count,
  Success: bool,
  NoRetryBackoff: bool,
});

export interface WireVote extends WireHeader {
  readonly Term: number;
  readonly Candidate: string;
  readonly LastLogIndex: number;
  readonly LastLogTerm: number;
  readonly LeadershipTransfer: boolean;
}
export const wireVote = struct<WireVote>({
  ...header,
  Term: count,
  Candidate: name,
  LastLogIndex: count,
  LastLogTerm: count,
  LeadershipTransfer: bool,
});

export interface WireVoteAnswer extends WireHeader {
  readonly Term: number;
  readonly Peers: Uint8Array | null;
  readonly Granted: boolean;
}
export const wireVoteAnswer = struct<WireVoteAnswer>({ ...header, Term: count, Peers: bytes, Granted: bool });

export type WirePreVote = Omit<WireVote, 'Candidate' | 'LeadershipTransfer'>;
export const wirePreVote = struct<WirePreVote>({ ...header, Term: count, LastLogIndex: count, LastLogTerm: count });

export type WirePreVoteAnswer = Omit<WireVoteAnswer, 'Peers'>;
export const wirePreVoteAnswer = struct<WirePreVoteAnswer>({ ...header, Term: count, Granted: bool });

export interface WireInstall extends WireHeader {
  readonly SnapshotVersion: number;
  readonly Term: number;
  readonly Leader: string;
  readonly LastLogIndex: number;
  readonly LastLogTerm: number;
  /** The voters' addresses, for older servers. */
  readonly Peers: Uint8Array | null;
  readonly Configuration: Uint8Array | null;
  readonly ConfigurationIndex: number;
  /** So many bytes of the snapshot follow. */
  readonly Size: number;
}
export const wireInstall = struct<WireInstall>({
  ...header,
  SnapshotVersion: int,
  Term: count,
  Leader: name,
  LastLogIndex: count,
  LastLogTerm: count,
  Peers: bytes,
  Configuration: bytes,
  ConfigurationIndex: count,
  Size: count,
});

export interface WireInstallAnswer extends WireHeader {
  readonly Term: number;
  readonly Success: boolean;
}
export const wireInstallAnswer = struct<WireInstallAnswer>({ ...header, Term: count, Success: bool });

export const wireHeader = struct<WireHeader>(header);
