// What a method is: a question to the replicated state, or a change of it, that knows nothing of the interface it came by. HTTP,
// DNS and RPC make the request record and show the reply record, each in its way (docs/architecture.md, "Methods"). `calls/`
// decides which server runs a method, and when.

import type { ApplyResult, Command } from '../../../../wire/commands.js';
import type { Member } from '../../../../wire/gossip-pools.js';
import type { RaftStats } from '../../../../wire/raft/raft-stats.js';
import type { AutopilotConfig, CoordinateRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import type { AgentControl } from '../../control/control-client.js';
import type { ReadResult, StoreReads, WatchTarget } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { Asker } from './asker.js';
import type { CertificateAuthority } from './certificate-authority.js';
import type { ClusterView } from './cluster-view.js';
import type { Logins } from './logins.js';
import type { Refusal } from './refusal.js';
import type { ReplicationStatus } from './replication-status.js';
import type { Sight } from './sight.js';

export type { ReadResult, WatchTarget } from '../../replica/store/read-api.js';

/** A read made ready for one request. Its functions are called on the thread of the store and never wait. */
export interface PreparedRead<Value> {
  /** Why there is nothing to read: asked before each `read`, and the end of a read that waits. */
  refuse?(): Refusal | null;
  /** The records as the store has them, with the index to block on. Called again after each change of what is watched. */
  read(): ReadResult<Value>;
  /** What the result depends on. */
  watch(result: ReadResult<Value>): readonly WatchTarget[];
  /** What the value alone depends on, where its index depends on more: for who waits for another value. */
  watchValue?(result: ReadResult<Value>): readonly WatchTarget[];
  /** True for a miss under the not-found rule (spec/rpc.md, "Blocking reads", 4). */
  missing?(result: ReadResult<Value>): boolean;
  /** Whether two results are the same; without it they are when they are the same object, as the store's own records are. */
  isSame?(now: Value, before: Value): boolean;
  /** Who may not see everything: it notes whether something was left out. */
  readonly sight?: Sight;
  /** What of the records the asker may see, before they are narrowed. Gives `value` itself where that is all of it. */
  visible?(value: Value): Steps<Value>;
  /**
   * The part of the records that was asked for, in the order asked for. Called once, on the final result. Gives `value`
   * itself where everything was asked for: texts that are kept with a list are found by the list.
   */
  narrow?(value: Value): Value;
  /** In place of `narrow` where it may be long work: a filter is tried on each record. */
  narrowInSteps?(value: Value): Steps<Value>;
  /** What other datacenters have in place of the narrowed value; null where that is the answer. Only the primary thread asks. */
  elsewhere?(value: Value, others: OtherDatacenters): Promise<Value> | null;
  /** What comes from there adds to what is here: the index stays that of what is here. */
  readonly keepsIndex?: true;
}

/** What the asker is shown of the final result, in steps. */
export function* shownSteps<Value>(prepared: PreparedRead<Value>, value: Value): Steps<Value> {
  const visible = prepared.visible === undefined ? value : yield* prepared.visible(value);
  if (prepared.narrowInSteps !== undefined) return yield* prepared.narrowInSteps(visible);
  return prepared.narrow === undefined ? visible : prepared.narrow(visible);
}

/** Other datacenters, for a read that isn't answered by what is here. */
export interface OtherDatacenters {
  /** Something was kept from the asker in one of them. */
  readonly hasHidden: boolean;
  /** All but this one that the WAN pool knows. */
  known(): readonly string[];
  nearestFirst(): Promise<readonly string[]>;
  ask<Request, Value>(
    method: ReadMethod<Request, Value>,
    request: Request,
    datacenter: string,
  ): Promise<Value | Refusal>;
}

/** Which services were asked for, for the metrics. */
export interface AskedServices {
  /** `family`: what the metric's name begins with, e.g. `catalog.service`. */
  service(family: string, name: string, tags: readonly string[]): void;
}

export interface ReadMethod<Request, Value> {
  /** As spec/rpc.md names it, e.g. `KVS.Get`. */
  readonly name: string;
  /** It never waits for a change, whatever index was sent: there is none that would tell. */
  readonly isOnce?: true;
  /** Anybody may know: no token is looked at, be it one that nobody knows. */
  readonly isOpen?: true;
  /** The secret of the token that the request is judged by in place of its caller's; "" for the caller's. */
  actsAs?(store: StoreReads, request: Request): string;
  /** Where it asks for the instances of a service. */
  countServices?(request: Request, asked: AskedServices): void;
  /** What isn't here but may be in the primary datacenter, which is asked then. */
  isInPrimary?(store: StoreReads, request: Request): boolean;
  /** What whoever shows a token is told that nobody knows, in the words of this method. */
  ofUnknownToken?(problem: Refusal): Refusal;
  /** Judges the request before anything is read; the store may not be ready yet, so it isn't looked at here. */
  prepare(store: StoreReads, request: Request, authorizer: Authorizer): PreparedRead<Value> | Refusal;
}

/** The file by which an operator allows another first token. */
export interface BootstrapReset {
  /** The index it names; 0: there is no such file, or no number in it. */
  index(): number;
  /** It served its purpose. */
  remove(): void;
}

/** What only the leader knows, beside its store. */
export interface LeaderView {
  readonly store: StoreReads;
  readonly datacenter: string;
  /** Where what is one for all datacenters is written. */
  readonly primaryDatacenter: string;
  readonly bootstrapReset: BootstrapReset;
  /** Milliseconds; `session_ttl_min`. */
  readonly sessionTtlMinMs: () => number;
  /** Begins a session's time to live anew. */
  renewSession(id: string): void;
  /** Takes a coordinate in, to be written with many others. */
  updateCoordinate(record: CoordinateRecord): void;
  readonly authority: CertificateAuthority;
  readonly logins: Logins;
  readonly hasAcls: boolean;
  /** Of the ACLs of the primary datacenter. */
  readonly replication: () => ReplicationStatus;
  readonly cluster: ClusterView;
  /** Whether services may be called where no intention says so. */
  readonly allowsUnnamedConnections: () => boolean;
}

/** What every server knows, whether anybody leads or not. */
export interface ServerView {
  readonly nodeName: string;
  readonly datacenter: string;
  /** `host:port`; "" when no leader is known. */
  readonly leaderAddress: () => string;
  /** `host:port` of all in the Raft configuration. */
  readonly peers: () => Promise<readonly string[]>;
  readonly raftStats: () => Promise<RaftStats>;
  readonly wanMembers: () => readonly Member[];
  /** As this server's store has it; undefined: not stored yet. */
  readonly autopilotConfig: () => AutopilotConfig | undefined;
  /** What main does for this thread: everything about gossip. */
  readonly control: AgentControl;
  readonly cluster: ClusterView;
}

/** What no prepared read asks for. */
interface Errand {
  readonly name: string;
  /** Nothing is the worse for a second time: it is asked again when its answer was lost (spec/rpc.md, "Forwarding", 5). */
  readonly isRepeatable?: true;
  /** Anybody may know: no token is looked at, be it one that nobody knows. */
  readonly isOpen?: true;
}

/** Passes a request on to a server of another datacenter; a refusal where none can be reached. */
export type AskDatacenter<Request, Reply> = (request: Request, datacenter: string) => Promise<Reply | Refusal>;

/** Answered by whichever server is asked, from what it has itself. */
export interface DirectMethod<Request, Reply> extends Errand {
  /** It is what any server says of something that the leader is asked by the same name: who asks says that it may be stale. */
  readonly isStale?: true;
  /** `askDatacenter`: for what is answered by all of them together. */
  answer(
    server: ServerView,
    request: Request,
    asker: Asker,
    askDatacenter: AskDatacenter<Request, Reply>,
  ): Reply | Refusal | Promise<Reply | Refusal>;
}

/** A command for the log, and what the method answers once it is applied. */
export interface Proposal<Reply> {
  readonly command: Command;
  /** Stands before the text of an error that the state gives. */
  readonly errorPrefix: string;
  reply(result: ApplyResult, index: number): Reply | Refusal;
}

/** Nothing needs to be written: the reply is known, or comes from elsewhere than the state. */
export interface Settled<Reply> {
  readonly reply: Reply | Promise<Reply | Refusal>;
}

/** Another datacenter carries it out, asked by the same caller. */
export interface PassedOn {
  readonly passTo: string;
}

export interface WriteMethod<Request, Reply> extends Errand {
  /** The rule, asked on the leader when its store holds everything that was acknowledged. */
  decide(leader: LeaderView, request: Request, asker: Asker): Proposal<Reply> | Settled<Reply> | PassedOn | Refusal;
}
