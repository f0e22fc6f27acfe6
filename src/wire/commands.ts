// The commands of the replicated log: one type byte and a msgpack body (spec/fsm.md, sections 1–3). A command type that
// lictor does not interpret yet is kept as its raw body, so that it survives the log and a snapshot unchanged.

import { type AclCommand, AclCommandType } from './acl/commands.js';
import type { ConfigEntry } from './config-entries/entries.js';
import type { IntentionMutation, IntentionRecord } from './mesh/intentions.js';
import type {
  AutopilotConfig,
  CaConfiguration,
  CaProviderState,
  CaRoot,
  CheckRecord,
  CoordinateRecord,
  FederationState,
  KvEntry,
  Locality,
  NodeRecord,
  PeeredServiceName,
  PreparedQueryRecord,
  ServiceRecord,
  ServiceVirtualIp,
  SessionRecord,
  StringMap,
  SystemMetadataEntry,
} from './records.js';
import type { Uint64 } from './uint64.js';

export const CommandType = {
  register: 0,
  deregister: 1,
  kvs: 2,
  session: 3,
  tombstone: 5,
  coordinates: 6,
  preparedQuery: 7,
  txn: 8,
  autopilot: 9,
  intention: 12,
  configEntry: 22,
  connectCa: 13,
  connectCaLeaf: 21,
  federationState: 30,
  systemMetadata: 31,
  peeringWrite: 35,
  peeringDelete: 36,
  peeringTerminate: 37,
  trustBundleWrite: 38,
  trustBundleDelete: 39,
  peeringSecretsWrite: 40,
  virtualIp: 43,
  ...AclCommandType,
} as const;
export type CommandType = (typeof CommandType)[keyof typeof CommandType];

/** Set in the type byte when a server that does not know the type may ignore it. */
export const IGNORE_UNKNOWN_FLAG = 128;

interface WriteRequest {
  readonly Datacenter: string;
  readonly Token: string;
}

export interface RegisterRequest extends WriteRequest {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly TaggedAddresses: StringMap | null;
  readonly NodeMeta: StringMap | null;
  readonly Service: ServiceRecord | null;
  readonly Check: CheckRecord | null;
  readonly Checks: readonly CheckRecord[] | null;
  readonly SkipNodeUpdate: boolean;
  readonly PeerName: string;
  readonly Locality: Locality | null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
}

export interface DeregisterRequest extends WriteRequest {
  readonly Node: string;
  readonly ServiceID: string;
  readonly CheckID: string;
  readonly PeerName: string;
}

export type KvOperation = 'set' | 'cas' | 'lock' | 'unlock' | 'delete' | 'delete-cas' | 'delete-tree';

/**
 * What a request says of a key. Its ModifyIndex is what the asker compares with: any 64 bits, though no entry's own is beyond
 * 2^53.
 */
export interface KvRequestEntry extends Omit<KvEntry, 'ModifyIndex'> {
  readonly ModifyIndex: Uint64;
}

export interface KvsRequest extends WriteRequest {
  /** One of {@link KvOperation}; text because the log may hold what others wrote. */
  readonly Op: string;
  readonly DirEnt: KvRequestEntry;
}

export interface SessionRequest extends WriteRequest {
  /** "create" or "destroy". */
  readonly Op: string;
  readonly Session: SessionRecord;
}

export interface TombstoneRequest extends WriteRequest {
  readonly Op: 'reap';
  readonly ReapIndex: number;
}

export interface PreparedQueryRequest extends WriteRequest {
  /** "create", "update" or "delete". */
  readonly Op: string;
  /** Of one to be deleted only the ID counts. */
  readonly Query: PreparedQueryRecord;
}

export interface TxnKvOperation {
  readonly Verb: string;
  readonly DirEnt: KvRequestEntry;
}
export interface TxnNodeOperation {
  readonly Verb: string;
  readonly Node: NodeRecord;
}
export interface TxnServiceOperation {
  readonly Verb: string;
  readonly Node: string;
  readonly Service: ServiceRecord;
}
export interface TxnCheckOperation {
  readonly Verb: string;
  readonly Check: CheckRecord;
}
export interface TxnSessionOperation {
  readonly Verb: string;
  readonly Session: SessionRecord;
}
/** Exactly one member is not null. */
export interface TxnOperation {
  readonly KV: TxnKvOperation | null;
  readonly Node: TxnNodeOperation | null;
  readonly Service: TxnServiceOperation | null;
  readonly Check: TxnCheckOperation | null;
  readonly Session: TxnSessionOperation | null;
  /** Legacy replication only; always null here. */
  readonly Intention: null;
}

export interface TxnRequest extends WriteRequest {
  readonly Ops: readonly TxnOperation[] | null;
}

export interface AutopilotRequest extends WriteRequest {
  readonly CAS: boolean;
  readonly Config: AutopilotConfig;
}

/** One of both is null: in the log a change is a mutation, to be asked for it is an intention. */
export interface IntentionRequest extends WriteRequest {
  /** `create`, `update`, `delete`, `delete-all` or `upsert`. */
  readonly Op: string;
  readonly Intention: IntentionRecord | null;
  readonly Mutation: IntentionMutation | null;
}

/** `Entry.ModifyIndex` is what `…-cas` compares with. A snapshot's record has the operation "". */
export interface ConfigEntryRequest extends WriteRequest {
  /** `upsert`, `upsert-cas`, `upsert-with-status-cas`, `delete` or `delete-cas`. */
  readonly Op: string;
  readonly Entry: ConfigEntry;
}

export type ConnectCaOperation =
  | 'set-config'
  | 'set-roots'
  | 'set-roots-config'
  | 'set-provider-state'
  | 'delete-provider-state'
  | 'increment-provider-serial';

export interface ConnectCaRequest extends WriteRequest {
  /** One of {@link ConnectCaOperation}; text because the log may hold what others wrote. */
  readonly Op: string;
  /** Of roots: the index that those must have which they take the place of. */
  readonly Index: Uint64;
  readonly Roots: readonly CaRoot[] | null;
  readonly Config: CaConfiguration | null;
  readonly ProviderState: CaProviderState | null;
}

/** Stores nothing: what it is for is its index, which a certificate takes as its own. */
export interface ConnectCaLeafRequest extends WriteRequest {
  readonly Op: 'increment-index';
}

export interface FederationStateRequest extends WriteRequest {
  /** "upsert" or "delete"; of one to be deleted only the datacenter counts. */
  readonly Op: string;
  readonly State: FederationState;
}

export interface SystemMetadataRequest extends WriteRequest {
  /** "upsert" or "delete". */
  readonly Op: string;
  readonly Entry: SystemMetadataEntry;
}

/** The body is a protobuf message. */
export interface PeeringCommand {
  readonly type:
    | typeof CommandType.peeringWrite
    | typeof CommandType.peeringDelete
    | typeof CommandType.peeringTerminate
    | typeof CommandType.trustBundleWrite
    | typeof CommandType.trustBundleDelete
    | typeof CommandType.peeringSecretsWrite;
  readonly body: Uint8Array;
}

export function isPeeringType(type: number): type is PeeringCommand['type'] {
  return type >= CommandType.peeringWrite && type <= CommandType.peeringSecretsWrite;
}

export type Command =
  | { readonly type: typeof CommandType.register; readonly body: RegisterRequest }
  | { readonly type: typeof CommandType.deregister; readonly body: DeregisterRequest }
  | { readonly type: typeof CommandType.kvs; readonly body: KvsRequest }
  | { readonly type: typeof CommandType.session; readonly body: SessionRequest }
  | { readonly type: typeof CommandType.tombstone; readonly body: TombstoneRequest }
  | { readonly type: typeof CommandType.coordinates; readonly body: readonly CoordinateRecord[] }
  | { readonly type: typeof CommandType.preparedQuery; readonly body: PreparedQueryRequest }
  | { readonly type: typeof CommandType.txn; readonly body: TxnRequest }
  | { readonly type: typeof CommandType.autopilot; readonly body: AutopilotRequest }
  | { readonly type: typeof CommandType.intention; readonly body: IntentionRequest }
  | { readonly type: typeof CommandType.configEntry; readonly body: ConfigEntryRequest }
  | { readonly type: typeof CommandType.connectCa; readonly body: ConnectCaRequest }
  | { readonly type: typeof CommandType.connectCaLeaf; readonly body: ConnectCaLeafRequest }
  | { readonly type: typeof CommandType.federationState; readonly body: FederationStateRequest }
  | { readonly type: typeof CommandType.systemMetadata; readonly body: SystemMetadataRequest }
  | AclCommand
  | PeeringCommand
  | { readonly type: typeof CommandType.virtualIp; readonly body: ServiceVirtualIp };

/** A command of a type that is not interpreted: type byte (with its flag) and body as they came. */
export interface OpaqueCommand {
  readonly type: 'opaque';
  readonly typeByte: number;
  readonly bytes: Uint8Array;
}

export interface TxnResult {
  /** What was asked for, where `get-or-empty` found nothing. */
  readonly KV: KvRequestEntry | null;
  readonly Node: NodeRecord | null;
  readonly Service: ServiceRecord | null;
  readonly Check: CheckRecord | null;
}
export interface TxnError {
  readonly OpIndex: number;
  readonly What: string;
}
export interface TxnResponse {
  readonly Results: readonly TxnResult[] | null;
  readonly Errors: readonly TxnError[] | null;
}

/**
 * What applying a command answers (spec/fsm.md, section 2, "Answer of Apply"). An error aborted the whole command, unless it
 * `keeps` what was written before it.
 */
export type ApplyResult =
  | { readonly kind: 'nil' }
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'txn'; readonly value: TxnResponse }
  | { readonly kind: 'virtual-ip'; readonly found: boolean; readonly unassignedFrom: readonly PeeredServiceName[] }
  | { readonly kind: 'error'; readonly text: string; readonly keeps?: true };
