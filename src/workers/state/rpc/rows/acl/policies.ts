// The rows of ACL.Policy* and Role*.

import { list } from '../../../../../msgpack/collections.js';
import { nullable, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { AclPolicy, AclRole } from '../../../../../wire/acl/records.js';
import {
  type AclPolicyStub,
  aclPolicySchema,
  aclPolicyStubSchema,
  aclRoleSchema,
} from '../../../../../wire/schema/acl.js';
import {
  batchReadPolicies,
  deletePolicy,
  listPolicies,
  type NamedQuery,
  readPolicy,
  setPolicy,
} from '../../../methods/acl/policies.js';
import { resolvePolicies, resolveRoles } from '../../../methods/acl/resolve.js';
import { batchReadRoles, deleteRole, listRoles, readRole, setRole } from '../../../methods/acl/roles.js';
import { UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row, WriteOptions, WriteRow } from '../row.js';

const policyKind = recordKind(aclPolicySchema);
const roleKind = recordKind(aclRoleSchema);

interface PolicyArguments extends QueryOptions {
  readonly PolicyID: string;
  readonly PolicyName: string;
}
interface PolicyReply extends QueryMeta {
  readonly Policy: AclPolicy | null;
}
interface PoliciesReply<T> extends QueryMeta {
  readonly Policies: readonly T[] | null;
}

const onePolicy: ReadRow<PolicyArguments, PolicyReply, NamedQuery, AclPolicy | null> = {
  kind: 'read',
  method: readPolicy,
  arguments: struct<PolicyArguments>({ Datacenter: text, PolicyID: text, PolicyName: text, ...queryOptionKinds }),
  reply: struct<PolicyReply>({ Policy: nullable(policyKind), ...queryMetaKinds }),
  request: ({ PolicyID, PolicyName }) => ({ id: PolicyID, name: PolicyID === '' ? PolicyName : '' }),
  ask: ({ id, name }, options) => ({ PolicyID: id, PolicyName: name, ...options }),
  show: (policy, meta) => ({ Policy: policy, ...meta }),
  value: ({ Policy }) => Policy,
};

interface ListArguments extends QueryOptions {
  /** Of roles: those that have it. */
  readonly Policy: string;
}

const listArguments = struct<ListArguments>({ Datacenter: text, Policy: text, ...queryOptionKinds });
const optionArguments = struct<QueryOptions>({ Datacenter: text, ...queryOptionKinds });

const allPolicies: ReadRow<QueryOptions, PoliciesReply<AclPolicyStub>, null, readonly AclPolicy[]> = {
  kind: 'read',
  method: listPolicies,
  arguments: optionArguments,
  reply: struct<PoliciesReply<AclPolicyStub>>({
    Policies: list(recordKind(aclPolicyStubSchema), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: () => null,
  ask: (_all, options) => options,
  show: (policies, meta) => ({ Policies: policies, ...meta }),
  value: ({ Policies }) => (Policies ?? []).map((stub) => ({ ...stub, Rules: '' })),
};

interface PolicyBatchArguments extends QueryOptions {
  readonly PolicyIDs: readonly string[] | null;
}

const policyBatch: ReadRow<PolicyBatchArguments, PoliciesReply<AclPolicy>, readonly string[], readonly AclPolicy[]> = {
  kind: 'read',
  method: batchReadPolicies,
  arguments: struct<PolicyBatchArguments>({ Datacenter: text, PolicyIDs: list(text), ...queryOptionKinds }),
  reply: struct<PoliciesReply<AclPolicy>>({ Policies: list(policyKind, UNLIMITED), ...queryMetaKinds }),
  request: ({ PolicyIDs }) => PolicyIDs ?? [],
  ask: (ids, options) => ({ PolicyIDs: ids, ...options }),
  show: (policies, meta) => ({ Policies: policies, ...meta }),
  value: ({ Policies }) => Policies ?? [],
};

/** The same by links: those of the token that asks. */
const policyResolve: typeof policyBatch = { ...policyBatch, method: resolvePolicies };

interface SetPolicyArguments extends WriteOptions {
  readonly Policy: AclPolicy;
}

const writePolicy: WriteRow<SetPolicyArguments, AclPolicy, AclPolicy, AclPolicy> = {
  kind: 'write',
  method: setPolicy,
  arguments: struct<SetPolicyArguments>({ Datacenter: text, Token: text, Policy: policyKind }),
  reply: policyKind,
  request: ({ Policy }) => Policy,
  ask: (policy, { Datacenter, Token }) => ({ Datacenter, Token, Policy: policy }),
  show: (policy) => policy,
  value: (policy) => policy,
};

interface DeletePolicyArguments extends WriteOptions {
  readonly PolicyID: string;
}

const removePolicy: WriteRow<DeletePolicyArguments, string, string, string> = {
  kind: 'write',
  method: deletePolicy,
  arguments: struct<DeletePolicyArguments>({ Datacenter: text, Token: text, PolicyID: text }),
  reply: text,
  request: ({ PolicyID }) => PolicyID,
  ask: (id, { Datacenter, Token }) => ({ Datacenter, Token, PolicyID: id }),
  show: (name) => name,
  value: (name) => name,
};

interface RoleArguments extends QueryOptions {
  readonly RoleID: string;
  readonly RoleName: string;
}
interface RoleReply extends QueryMeta {
  readonly Role: AclRole | null;
}
interface RolesReply extends QueryMeta {
  readonly Roles: readonly AclRole[] | null;
}

const rolesReply = struct<RolesReply>({ Roles: list(roleKind, UNLIMITED), ...queryMetaKinds });

const oneRole: ReadRow<RoleArguments, RoleReply, NamedQuery, AclRole | null> = {
  kind: 'read',
  method: readRole,
  arguments: struct<RoleArguments>({ Datacenter: text, RoleID: text, RoleName: text, ...queryOptionKinds }),
  reply: struct<RoleReply>({ Role: nullable(roleKind), ...queryMetaKinds }),
  request: ({ RoleID, RoleName }) => ({ id: RoleID, name: RoleID === '' ? RoleName : '' }),
  ask: ({ id, name }, options) => ({ RoleID: id, RoleName: name, ...options }),
  show: (role, meta) => ({ Role: role, ...meta }),
  value: ({ Role }) => Role,
};

const allRoles: ReadRow<ListArguments, RolesReply, string, readonly AclRole[]> = {
  kind: 'read',
  method: listRoles,
  arguments: listArguments,
  reply: rolesReply,
  request: ({ Policy }) => Policy,
  ask: (policy, options) => ({ Policy: policy, ...options }),
  show: (roles, meta) => ({ Roles: roles, ...meta }),
  value: ({ Roles }) => Roles ?? [],
};

interface RoleBatchArguments extends QueryOptions {
  readonly RoleIDs: readonly string[] | null;
}

const roleBatch: ReadRow<RoleBatchArguments, RolesReply, readonly string[], readonly AclRole[]> = {
  kind: 'read',
  method: batchReadRoles,
  arguments: struct<RoleBatchArguments>({ Datacenter: text, RoleIDs: list(text), ...queryOptionKinds }),
  reply: rolesReply,
  request: ({ RoleIDs }) => RoleIDs ?? [],
  ask: (ids, options) => ({ RoleIDs: ids, ...options }),
  show: (roles, meta) => ({ Roles: roles, ...meta }),
  value: ({ Roles }) => Roles ?? [],
};

const roleResolve: typeof roleBatch = { ...roleBatch, method: resolveRoles };

interface SetRoleArguments extends WriteOptions {
  readonly Role: AclRole;
}

const writeRole: WriteRow<SetRoleArguments, AclRole, AclRole, AclRole> = {
  kind: 'write',
  method: setRole,
  arguments: struct<SetRoleArguments>({ Datacenter: text, Token: text, Role: roleKind }),
  reply: roleKind,
  request: ({ Role }) => Role,
  ask: (role, { Datacenter, Token }) => ({ Datacenter, Token, Role: role }),
  show: (role) => role,
  value: (role) => role,
};

interface DeleteRoleArguments extends WriteOptions {
  readonly RoleID: string;
}

const removeRole: WriteRow<DeleteRoleArguments, string, string, string> = {
  kind: 'write',
  method: deleteRole,
  arguments: struct<DeleteRoleArguments>({ Datacenter: text, Token: text, RoleID: text }),
  reply: text,
  request: ({ RoleID }) => RoleID,
  ask: (id, { Datacenter, Token }) => ({ Datacenter, Token, RoleID: id }),
  show: (name) => name,
  value: (name) => name,
};

export const aclPolicyRows: readonly Row[] = [
  onePolicy,
  allPolicies,
  policyBatch,
  policyResolve,
  writePolicy,
  removePolicy,
  oneRole,
  allRoles,
  roleBatch,
  roleResolve,
  writeRole,
  removeRole,
];
