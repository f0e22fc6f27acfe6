// The rows of ACL.Token*, BootstrapTokens and Authorize.

import { list } from '../../../../../msgpack/collections.js';
import { bool, bytes, nullable, text, u64 } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { AclPolicy, AclRole, AclToken } from '../../../../../wire/acl/records.js';
import { goTimeOf, msOfGoTime, NO_TIME } from '../../../../../wire/go-time.js';
import {
  type AclTokenStub,
  aclPolicySchema,
  aclRoleSchema,
  aclTokenSchema,
  aclTokenStubSchema,
} from '../../../../../wire/schema/acl.js';
import type { Uint64 } from '../../../../../wire/uint64.js';
import { type Authorization, type AuthorizationQuestion, authorizeToken } from '../../../methods/acl/authorize.js';
import { bootstrapTokens } from '../../../methods/acl/bootstrap.js';
import { replicationStatus } from '../../../methods/acl/replication.js';
import {
  batchReadTokens,
  listTokens,
  readToken,
  type TokenAnswer,
  type TokenBatch,
  type TokenListQuery,
  type TokenQuery,
} from '../../../methods/acl/token-read.js';
import {
  cloneToken,
  deleteToken,
  setToken,
  type TokenChange,
  type TokenCloning,
} from '../../../methods/acl/token-write.js';
import type { ReplicationStatus } from '../../../methods/contract/replication-status.js';
import { askDatacenter, type DatacenterArguments, datacenterArguments } from '../arguments.js';
import { UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { DirectRow, ReadRow, Row, WriteOptions, WriteRow } from '../row.js';

const tokenKind = recordKind(aclTokenSchema);
const stubKind = recordKind(aclTokenStubSchema);

interface ReadArguments extends QueryOptions {
  readonly TokenID: string;
  readonly TokenIDType: string;
  readonly Expanded: boolean;
}

interface TokenReply extends QueryMeta {
  readonly Token: AclToken | null;
  readonly Redacted: boolean;
  readonly SourceDatacenter: string;
  readonly ExpandedPolicies: readonly AclPolicy[] | null;
  readonly ExpandedRoles: readonly AclRole[] | null;
  readonly NamespaceDefaultPolicyIDs: readonly string[] | null;
  readonly NamespaceDefaultRoleIDs: readonly string[] | null;
  readonly AgentACLDefaultPolicy: string;
  readonly AgentACLDownPolicy: string;
  readonly ResolvedByAgent: string;
}

interface DatacenterQuery extends TokenQuery {
  /** Where it is asked: the reply names it. */
  readonly datacenter: string;
}

const read: ReadRow<ReadArguments, TokenReply, DatacenterQuery, TokenAnswer> = {
  kind: 'read',
  method: readToken,
  arguments: struct<ReadArguments>({
    Datacenter: text,
    TokenID: text,
    TokenIDType: text,
    Expanded: bool,
    ...queryOptionKinds,
  }),
  reply: struct<TokenReply>({
    Token: nullable(tokenKind),
    Redacted: bool,
    SourceDatacenter: text,
    ExpandedPolicies: list(recordKind(aclPolicySchema), UNLIMITED),
    ExpandedRoles: list(recordKind(aclRoleSchema), UNLIMITED),
    NamespaceDefaultPolicyIDs: list(text),
    NamespaceDefaultRoleIDs: list(text),
    AgentACLDefaultPolicy: text,
    AgentACLDownPolicy: text,
    ResolvedByAgent: text,
    ...queryMetaKinds,
  }),
  request: ({ TokenID, TokenIDType, Expanded }, datacenter) => ({
    by: TokenIDType === 'secret' ? 'secret' : 'accessor',
    id: TokenID,
    isExpanded: Expanded,
    datacenter,
  }),
  ask: ({ by, id, isExpanded }, options) => ({ TokenID: id, TokenIDType: by, Expanded: isExpanded, ...options }),
  show: ({ token, expansion, isRedacted }, meta, { datacenter }) => ({
    Token: token,
    Redacted: isRedacted,
    SourceDatacenter: datacenter,
    ExpandedPolicies: expansion?.policies ?? null,
    ExpandedRoles: expansion === null || expansion.roles.length === 0 ? null : expansion.roles,
    NamespaceDefaultPolicyIDs: null,
    NamespaceDefaultRoleIDs: null,
    AgentACLDefaultPolicy: '',
    AgentACLDownPolicy: '',
    ResolvedByAgent: '',
    ...meta,
  }),
  value: ({ Token, Redacted, ExpandedPolicies, ExpandedRoles }, { isExpanded }) => ({
    token: Token ?? tokenKind.zero,
    expansion: isExpanded ? { policies: ExpandedPolicies ?? [], roles: ExpandedRoles ?? [] } : null,
    isRedacted: Redacted,
  }),
};

interface ListArguments extends QueryOptions {
  readonly IncludeLocal: boolean;
  readonly IncludeGlobal: boolean;
  readonly Policy: string;
  readonly Role: string;
  readonly AuthMethod: string;
  readonly ServiceName: string;
}

interface TokensReply<T> extends QueryMeta {
  readonly Tokens: readonly T[] | null;
}

const all: ReadRow<ListArguments, TokensReply<AclTokenStub>, TokenListQuery, readonly AclToken[]> = {
  kind: 'read',
  method: listTokens,
  arguments: struct<ListArguments>({
    Datacenter: text,
    IncludeLocal: bool,
    IncludeGlobal: bool,
    Policy: text,
    Role: text,
    AuthMethod: text,
    ServiceName: text,
    ...queryOptionKinds,
  }),
  reply: struct<TokensReply<AclTokenStub>>({ Tokens: list(stubKind, UNLIMITED), ...queryMetaKinds }),
  request: ({ IncludeLocal, IncludeGlobal, Policy, Role, AuthMethod, ServiceName }) => ({
    // Who says neither means both.
    includeLocal: IncludeLocal || !IncludeGlobal,
    includeGlobal: IncludeGlobal || !IncludeLocal,
    policy: Policy,
    role: Role,
    authMethod: AuthMethod,
    serviceName: ServiceName,
  }),
  ask: (query, options) => ({
    IncludeLocal: query.includeLocal,
    IncludeGlobal: query.includeGlobal,
    Policy: query.policy,
    Role: query.role,
    AuthMethod: query.authMethod,
    ServiceName: query.serviceName,
    ...options,
  }),
  show: (tokens, meta) => ({ Tokens: tokens, ...meta }),
  value: ({ Tokens }) => (Tokens ?? []).map((stub) => ({ ...stub, ExpirationTTL: 0 })),
};

interface BatchArguments extends QueryOptions {
  readonly AccessorIDs: readonly string[] | null;
}

interface BatchReply extends TokensReply<AclToken> {
  readonly Redacted: boolean;
  readonly Removed: boolean;
}

const batch: ReadRow<BatchArguments, BatchReply, readonly string[], TokenBatch> = {
  kind: 'read',
  method: batchReadTokens,
  arguments: struct<BatchArguments>({ Datacenter: text, AccessorIDs: list(text), ...queryOptionKinds }),
  reply: struct<BatchReply>({ Tokens: list(tokenKind, UNLIMITED), Redacted: bool, Removed: bool, ...queryMetaKinds }),
  request: ({ AccessorIDs }) => AccessorIDs ?? [],
  ask: (accessors, options) => ({ AccessorIDs: accessors, ...options }),
  show: ({ tokens, isIncomplete, isRedacted }, meta) => ({
    Tokens: tokens,
    Redacted: isRedacted,
    Removed: isIncomplete,
    ...meta,
  }),
  value: ({ Tokens, Redacted, Removed }) => ({
    tokens: Tokens ?? [],
    isIncomplete: Removed,
    isRedacted: Redacted,
  }),
};

interface SetArguments extends WriteOptions {
  readonly ACLToken: AclToken;
  readonly Create: boolean;
}

const setArguments = struct<SetArguments>({ Datacenter: text, Token: text, ACLToken: tokenKind, Create: bool });

const set: WriteRow<SetArguments, AclToken, TokenChange, AclToken> = {
  kind: 'write',
  method: setToken,
  arguments: setArguments,
  reply: tokenKind,
  request: ({ ACLToken, Create }) => ({ token: ACLToken, isNew: Create }),
  ask: ({ token, isNew }, { Datacenter, Token }) => ({ Datacenter, Token, ACLToken: token, Create: isNew }),
  show: (token) => token,
  value: (token) => token,
};

const clone: WriteRow<SetArguments, AclToken, TokenCloning, AclToken> = {
  kind: 'write',
  method: cloneToken,
  arguments: setArguments,
  reply: tokenKind,
  request: ({ ACLToken }) => ({ accessor: ACLToken.AccessorID, description: ACLToken.Description }),
  ask: ({ accessor, description }, { Datacenter, Token }) => ({
    Datacenter,
    Token,
    ACLToken: { ...tokenKind.zero, AccessorID: accessor, Description: description, CreateTime: NO_TIME },
    Create: true,
  }),
  show: (token) => token,
  value: (token) => token,
};

interface DeleteArguments extends WriteOptions {
  readonly TokenID: string;
}

const remove: WriteRow<DeleteArguments, string, string, string> = {
  kind: 'write',
  method: deleteToken,
  arguments: struct<DeleteArguments>({ Datacenter: text, Token: text, TokenID: text }),
  reply: text,
  request: ({ TokenID }) => TokenID,
  ask: (accessor, { Datacenter, Token }) => ({ Datacenter, Token, TokenID: accessor }),
  show: (accessor) => accessor,
  value: (accessor) => accessor,
};

interface BootstrapArguments extends QueryOptions {
  readonly BootstrapSecret: string;
}

const bootstrapArguments = struct<BootstrapArguments>({
  Datacenter: text,
  BootstrapSecret: text,
  ...queryOptionKinds,
});

const bootstrap: WriteRow<BootstrapArguments, AclToken, string, AclToken> = {
  kind: 'write',
  method: bootstrapTokens,
  arguments: bootstrapArguments,
  reply: tokenKind,
  request: ({ BootstrapSecret }) => BootstrapSecret,
  ask: (secret, { Datacenter, Token }) => ({
    ...bootstrapArguments.zero,
    Datacenter,
    Token,
    BootstrapSecret: secret,
  }),
  show: (token) => token,
  value: (token) => token,
};

interface AuthorizeArguments extends QueryOptions {
  readonly Requests: readonly AuthorizationQuestion[] | null;
}

const authorizing: DirectRow<
  AuthorizeArguments,
  readonly Authorization[] | null,
  readonly AuthorizationQuestion[],
  readonly Authorization[]
> = {
  kind: 'direct',
  method: authorizeToken,
  arguments: struct<AuthorizeArguments>({
    Datacenter: text,
    Requests: list(struct<AuthorizationQuestion>({ Resource: text, Access: text, Segment: text })),
    ...queryOptionKinds,
  }),
  reply: list(struct<Authorization>({ Resource: text, Access: text, Segment: text, Allow: bool })),
  request: ({ Requests }) => Requests ?? [],
  ask: (questions, options) => ({ Requests: questions, ...options }),
  show: (answers) => answers,
  value: (answers) => answers ?? [],
};

interface StatusReply {
  readonly Enabled: boolean;
  readonly Running: boolean;
  readonly SourceDatacenter: string;
  readonly ReplicationType: string;
  readonly ReplicatedIndex: Uint64;
  readonly ReplicatedRoleIndex: Uint64;
  readonly ReplicatedTokenIndex: Uint64;
  readonly LastSuccess: Uint8Array | null;
  readonly LastError: Uint8Array | null;
  readonly LastErrorMessage: string;
}

const statusReply = struct<StatusReply>({
  Enabled: bool,
  Running: bool,
  SourceDatacenter: text,
  ReplicationType: text,
  ReplicatedIndex: u64,
  ReplicatedRoleIndex: u64,
  ReplicatedTokenIndex: u64,
  LastSuccess: bytes,
  LastError: bytes,
  LastErrorMessage: text,
});

function shownTime(ms: number | null): Uint8Array {
  return ms === null ? NO_TIME : goTimeOf(ms);
}

const status: WriteRow<DatacenterArguments, StatusReply, null, ReplicationStatus> = {
  kind: 'write',
  method: replicationStatus,
  arguments: datacenterArguments,
  reply: statusReply,
  request: () => null,
  ask: askDatacenter,
  show: (status) => ({
    Enabled: status.isEnabled,
    Running: status.isRunning,
    SourceDatacenter: status.sourceDatacenter,
    ReplicationType: status.type,
    ReplicatedIndex: status.index,
    ReplicatedRoleIndex: status.roleIndex,
    ReplicatedTokenIndex: status.tokenIndex,
    LastSuccess: shownTime(status.lastSuccessMs),
    LastError: shownTime(status.lastErrorMs),
    LastErrorMessage: status.lastError,
  }),
  value: (reply) => ({
    isEnabled: reply.Enabled,
    isRunning: reply.Running,
    sourceDatacenter: reply.SourceDatacenter,
    type: reply.ReplicationType,
    index: Number(reply.ReplicatedIndex),
    roleIndex: Number(reply.ReplicatedRoleIndex),
    tokenIndex: Number(reply.ReplicatedTokenIndex),
    lastSuccessMs: msOfGoTime(reply.LastSuccess),
    lastErrorMs: msOfGoTime(reply.LastError),
    lastError: reply.LastErrorMessage,
  }),
};

export const aclTokenRows: readonly Row[] = [read, all, batch, set, clone, remove, bootstrap, authorizing, status];
