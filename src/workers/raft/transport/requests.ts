// Requests: the core's messages as hashicorp/raft's, and what comes from other servers as the core's. The term of the order to
// stand isn't on the wire: its receiver takes it for one of its own term.

import { decode, encode, type Read, readFailureText } from '../../../msgpack/codec.js';
import type { Limits } from '../../../msgpack/limits.js';
import { MAX_MESSAGE_BYTES } from '../../../msgpack/limits.js';
import { decodeConfiguration, encodeConfiguration, encodePeers } from '../core/configuration-codec.js';
import {
  bytesOf,
  type EntryRun,
  lastIndexOf,
  logIndex,
  type Position,
  type ServerId,
  type Term,
  term,
} from '../core/entry.js';
import type { AppendRequest, Heartbeat, SnapshotOffer, TimeoutNow, VoteRequest } from '../core/message.js';
import { sliceRun } from '../core/packed.js';
import { packEntries, packedEntries } from './entries.js';
import {
  appendKind,
  PROTOCOL_VERSION,
  RpcType,
  type WireAppend,
  type WireHeader,
  wireAppend,
  wireHeader,
  wireInstall,
  wirePreVote,
  wireVote,
} from './messages.js';

/** Payload of entries in one request; what goes beyond is left out, and asked for again. */
const MOST_ENTRY_BYTES = 40 * 1024 * 1024;

/** Who speaks here. */
export interface Self {
  readonly id: ServerId;
  readonly address: string;
}

/** The head of an InstallSnapshot request; `size` bytes follow it. */
export type SnapshotHead = Omit<SnapshotOffer, 'kind'> & { readonly kind: 'install'; readonly size: number };
export type Request = VoteRequest | AppendRequest | Heartbeat | TimeoutNow | SnapshotHead;

const outgoingAppend = appendKind(packedEntries);

function headerOf({ id, address }: Self): WireHeader {
  return { ProtocolVersion: PROTOCOL_VERSION, ID: id, Addr: address };
}

/** What of the runs fits in one request: at least one entry. */
export function fitting(runs: readonly EntryRun[], most = MOST_ENTRY_BYTES): readonly EntryRun[] {
  let room = most;
  for (const [i, run] of runs.entries()) {
    if (bytesOf(run) <= room) {
      room -= bytesOf(run);
      continue;
    }
    if (run.extensions !== undefined) return runs.slice(0, Math.max(i, 1));
    const part = prefixOf(run, i === 0 ? 1 : 0, room);
    return part === null ? runs.slice(0, i) : [...runs.slice(0, i), part];
  }
  return runs;
}

function prefixOf(run: EntryRun, least: number, room: number): EntryRun | null {
  const view = new DataView(run.payload.buffer, run.payload.byteOffset, run.payload.byteLength);
  let count = 0;
  for (let at = 0; count < run.count; count += 1) {
    at += 4 + view.getUint32(at, true);
    if (at > room && count >= least) break;
  }
  return count === 0 ? null : sliceRun(run, run.firstIndex, logIndex(run.firstIndex + count - 1));
}

/** Everything up to here is the follower's when it accepts. */
export function throughOf({ previous, runs }: AppendRequest): Position['index'] {
  const last = runs.at(-1);
  return last === undefined ? previous.index : lastIndexOf(last);
}

export function encodeRequest(request: Request, self: Self): Uint8Array {
  const header = headerOf(self);
  switch (request.kind) {
    case 'vote':
    case 'pre-vote': {
      const { term: Term, last, isTransfer } = request;
      const fields = { Term, LastLogIndex: last.index, LastLogTerm: last.term, ...header };
      if (request.kind === 'pre-vote') return encode(wirePreVote, fields, RpcType.preVote);
      return encode(wireVote, { ...fields, Candidate: self.address, LeadershipTransfer: isTransfer }, RpcType.vote);
    }
    case 'append':
      return encodeAppend(header, request, request.previous, request.commit, request.runs);
    case 'heartbeat':
      return encodeAppend(header, request, NOTHING, NOTHING.index, null);
    case 'install': {
      const { position, configuration, term: Term, size: Size } = request;
      const { index: LastLogIndex, term: LastLogTerm } = position;
      const Configuration = encodeConfiguration(configuration.configuration);
      const Peers = encodePeers(configuration.configuration);
      const about = { SnapshotVersion: 1, Term, Leader: self.address, LastLogIndex, LastLogTerm, Size };
      const members = { Peers, Configuration, ConfigurationIndex: configuration.index };
      return encode(wireInstall, { ...header, ...about, ...members }, RpcType.install);
    }
    case 'timeout-now':
      return encode(wireHeader, header, RpcType.timeoutNow);
  }
}

const NOTHING = { index: logIndex(0), term: term(0) };

function encodeAppend(
  { ID, Addr, ProtocolVersion }: WireHeader,
  { term: Term }: { readonly term: Term },
  { index: PrevLogEntry, term: PrevLogTerm }: Position,
  LeaderCommitIndex: number,
  Entries: readonly EntryRun[] | null,
): Uint8Array {
  const position = { PrevLogEntry, PrevLogTerm, LeaderCommitIndex };
  return encode(
    outgoingAppend,
    { ID, Addr, ProtocolVersion, Term, Leader: Addr, Entries, ...position },
    RpcType.append,
  );
}

/** How the receiver knows senders, and its requests apart. */
export interface Receiver {
  readonly id: ServerId;
  readonly term: Term;
  /** The server with this address; null when none is known. */
  idAt(address: string): ServerId | null;
}

export type Decoded =
  | { readonly kind: 'request'; readonly request: Request }
  /** Answered by this error; `skip`: bytes of a snapshot that follow all the same. */
  | { readonly kind: 'refused'; readonly error: string; readonly type: number; readonly skip: number }
  /** The connection can't go on. */
  | { readonly kind: 'garbage'; readonly problem: string };

const LIMITS: Limits = { bytes: MAX_MESSAGE_BYTES, elements: 4096, depth: 16 };
const VERSION_ERROR = 'operation not supported with current protocol version';

/** Reads a whole message, its type byte included. `token` goes in the place of the leader's time, and so comes back. */
export function decodeRequest(message: Uint8Array, token: number, receiver: Receiver): Decoded {
  switch (message[0]) {
    case RpcType.append:
      return withValue(decode(wireAppend, message, 1, LIMITS), (wire) => readAppend(wire, token, receiver));
    case RpcType.vote:
      return withValue(decode(wireVote, message, 1, LIMITS), (wire) =>
        checked(wire, RpcType.vote, 0, () => {
          const isTransfer = wire.LeadershipTransfer;
          return { kind: 'vote', ...envelope(wire, wire.Candidate, receiver), last: lastOf(wire), isTransfer };
        }),
      );
    case RpcType.preVote:
      return withValue(decode(wirePreVote, message, 1, LIMITS), (wire) =>
        checked(wire, RpcType.preVote, 0, () => {
          return { kind: 'pre-vote', ...envelope(wire, '', receiver), last: lastOf(wire), isTransfer: false };
        }),
      );
    case RpcType.install:
      return withValue(decode(wireInstall, message, 1, LIMITS), (wire) => {
        if (wire.SnapshotVersion < 0 || wire.SnapshotVersion > 1) {
          return refused(`unsupported snapshot version ${wire.SnapshotVersion}`, RpcType.install, wire.Size);
        }
        const configuration = decodeConfiguration(wire.Configuration ?? new Uint8Array(0)) ?? { servers: [] };
        // A snapshot of an old term is refused whatever its configuration says; one of nothing has none.
        const isOrigin = wire.LastLogIndex === 0 && wire.Size === 0;
        if (configuration.servers.length === 0 && wire.Term >= receiver.term && !isOrigin) {
          return refused('snapshot without a readable configuration', RpcType.install, wire.Size);
        }
        return checked(wire, RpcType.install, wire.Size, () => ({
          kind: 'install',
          ...envelope(wire, wire.Leader, receiver),
          position: lastOf(wire),
          configuration: { index: logIndex(wire.ConfigurationIndex), configuration },
          sentMs: token,
          size: wire.Size,
        }));
      });
    case RpcType.timeoutNow:
      return withValue(decode(wireHeader, message, 1, LIMITS), (wire) =>
        checked(wire, RpcType.timeoutNow, 0, () => ({
          kind: 'timeout-now',
          ...envelope({ ...wire, Term: receiver.term }, '', receiver),
        })),
      );
    default:
      return { kind: 'garbage', problem: `unknown rpc type ${message[0]}` };
  }
}

function withValue<T>(read: Read<T>, use: (wire: T) => Decoded): Decoded {
  return read.ok ? use(read.value) : { kind: 'garbage', problem: readFailureText(read) };
}

function refused(error: string, type: number, skip: number): Decoded {
  return { kind: 'refused', error, type, skip };
}

function checked({ ProtocolVersion }: WireHeader, type: number, skip: number, make: () => Request): Decoded {
  const isSpoken = ProtocolVersion >= PROTOCOL_VERSION - 1 && ProtocolVersion <= PROTOCOL_VERSION;
  return isSpoken ? { kind: 'request', request: make() } : refused(VERSION_ERROR, type, skip);
}

function readAppend(wire: WireAppend, token: number, receiver: Receiver): Decoded {
  const about = { sentMs: token, ...envelope(wire, wire.Leader, receiver) };
  const { PrevLogEntry, PrevLogTerm, LeaderCommitIndex, Entries } = wire;
  const isBare = PrevLogEntry === 0 && PrevLogTerm === 0 && LeaderCommitIndex === 0 && (Entries ?? []).length === 0;
  // Of whatever version, as in stock servers.
  if (isBare && wire.Term > 0) return { kind: 'request', request: { kind: 'heartbeat', ...about, readRound: 0 } };
  const previous = { index: logIndex(PrevLogEntry), term: term(PrevLogTerm) };
  const runs = packEntries(Entries ?? [], previous);
  if (typeof runs === 'string') return { kind: 'garbage', problem: runs };
  const newest = runs.at(-1)?.term ?? previous.term;
  if (newest > wire.Term) return { kind: 'garbage', problem: `entries of term ${newest} in term ${wire.Term}` };
  return checked(wire, RpcType.append, 0, () => {
    return { kind: 'append', ...about, previous, runs, commit: logIndex(LeaderCommitIndex) };
  });
}

function envelope(wire: WireHeader & { readonly Term: number }, legacyAddress: string, receiver: Receiver) {
  const address = wire.Addr === '' ? legacyAddress : wire.Addr;
  const from = wire.ID === '' ? (receiver.idAt(address) ?? address) : wire.ID;
  return { from, to: receiver.id, term: term(wire.Term) };
}

function lastOf(wire: { readonly LastLogIndex: number; readonly LastLogTerm: number }): Position {
  return { index: logIndex(wire.LastLogIndex), term: term(wire.LastLogTerm) };
}
