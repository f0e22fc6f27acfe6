// What is replicated of the ACLs: policies, roles, global tokens; how each is listed and read at the primary datacenter, and by which
// commands it is written here.

import type { AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { type Command, CommandType } from '../../../../wire/commands.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { BUILTIN_POLICY_IDS } from '../../acl/policies/builtin-policies.js';
import { batchReadPolicies, listPolicies } from '../../methods/acl/policies.js';
import { batchReadRoles, listRoles } from '../../methods/acl/roles.js';
import { batchReadTokens, listTokens } from '../../methods/acl/token-read.js';
import { isRefusal, type Refusal, refusal } from '../../methods/contract/refusal.js';
import type { AclReads } from '../../replica/store/read-api.js';
import type { Primary, PrimaryAnswer, PrimaryRead } from '../primary/primary.js';
import type { Listed } from './difference.js';

export interface AclRecords<Row> {
  readonly name: 'acl-policies' | 'acl-roles' | 'acl-tokens';
  /** So many are read at once. */
  readonly mostRead: number;
  list(primary: Primary, how: PrimaryRead): Promise<PrimaryAnswer<readonly Listed[]> | Refusal>;
  read(primary: Primary, ids: readonly string[], how: PrimaryRead): Promise<readonly Row[] | Refusal>;
  /** All that are to be as there. */
  here(acl: AclReads): readonly Listed[];
  /** What stands in the way of a record: the ID of one that has to go first, or why the record can't be taken over. */
  obstacle(acl: AclReads, row: Row): { readonly goes: string } | { readonly problem: string } | null;
  /** IDs, in small letters, of what nobody may delete. */
  readonly lasting: ReadonlySet<string>;
  deletion(ids: readonly string[]): Command;
  writing(rows: readonly Row[]): Command;
  /** For texts. */
  called(row: Row): string;
}

function answered<Value>(answer: PrimaryAnswer<Value> | Refusal): Value | Refusal {
  return isRefusal(answer) ? answer : answer.value;
}

/** Somebody else has the name: a record there that has another one by now, or none. */
function holder(named: { readonly ID: string } | null, id: string): { readonly goes: string } | null {
  return named === null || named.ID.toLowerCase() === id.toLowerCase() ? null : { goes: named.ID };
}

export const policyRecords: AclRecords<AclPolicy> = {
  name: 'acl-policies',
  // Each may be 128 KiB.
  mostRead: 64,
  list: (primary, how) => primary.read(listPolicies, null, how),
  read: async (primary, ids, how) => answered(await primary.read(batchReadPolicies, ids, how)),
  here: (acl) => acl.policies().value,
  obstacle: (acl, { ID, Name }) => holder(acl.aclPolicyByName(Name).value, ID),
  lasting: BUILTIN_POLICY_IDS,
  deletion: (ids) => ({ type: CommandType.aclPolicyDelete, body: { PolicyIDs: ids } }),
  writing: (rows) => ({ type: CommandType.aclPolicySet, body: { Policies: rows } }),
  called: ({ Name }) => `policy ${Name}`,
};

export const roleRecords: AclRecords<AclRole> = {
  name: 'acl-roles',
  mostRead: 256,
  list: (primary, how) => primary.read(listRoles, '', how),
  read: async (primary, ids, how) => answered(await primary.read(batchReadRoles, ids, how)),
  here: (acl) => acl.roles().value,
  obstacle: (acl, { ID, Name }) => holder(acl.aclRoleByName(Name).value, ID),
  lasting: new Set(),
  deletion: (ids) => ({ type: CommandType.aclRoleDelete, body: { RoleIDs: ids } }),
  // A policy may be deleted there meanwhile, or come with the next round.
  writing: (rows) => ({ type: CommandType.aclRoleSet, body: { Roles: rows, AllowMissingLinks: true } }),
  called: ({ Name }) => `role ${Name}`,
};

const GLOBAL = {
  includeLocal: false,
  includeGlobal: true,
  policy: '',
  role: '',
  authMethod: '',
  serviceName: '',
} as const;

const REDACTED = refusal('failed', 'the replication token needs acl:write, since secrets are hidden from it');

function listedToken({ AccessorID, Hash, ModifyIndex }: AclToken): Listed {
  return { ID: AccessorID, Hash, ModifyIndex };
}

export const tokenRecords: AclRecords<AclToken> = {
  name: 'acl-tokens',
  mostRead: 256,
  async list(primary, how) {
    const answer = await primary.read(listTokens, GLOBAL, how);
    if (isRefusal(answer)) return answer;
    // Whoever answers may have older rules of what is left out.
    return { ...answer, value: answer.value.filter(({ Local }) => !Local).map(listedToken) };
  },
  async read(primary, ids, how) {
    const batch = answered(await primary.read(batchReadTokens, ids, how));
    if (isRefusal(batch)) return batch;
    return batch.isRedacted ? REDACTED : batch.tokens;
  },
  here: (acl) =>
    acl
      .tokens()
      .value.filter(({ Local }) => !Local)
      .map(listedToken),
  obstacle(acl, { AccessorID, SecretID }) {
    const called = acl.aclTokenByAccessor(AccessorID).value;
    const secret = acl.aclToken(SecretID);
    if (called?.Local === true || secret?.Local === true) {
      return { problem: 'a local token of this datacenter has its accessor or its secret' };
    }
    // Made once more there, with the same secret, or the same accessor.
    if (called !== null && called.SecretID !== SecretID) return { goes: called.AccessorID };
    return secret !== undefined && secret.AccessorID.toLowerCase() !== AccessorID.toLowerCase()
      ? { goes: secret.AccessorID }
      : null;
  },
  lasting: new Set([ANONYMOUS_ACCESSOR]),
  deletion: (ids) => ({ type: CommandType.aclTokenDelete, body: { TokenIDs: ids } }),
  writing: (rows) => ({
    type: CommandType.aclTokenSet,
    body: {
      Tokens: rows,
      CAS: false,
      AllowMissingLinks: true,
      ProhibitUnprivileged: false,
      FromReplication: true,
    },
  }),
  called: ({ AccessorID }) => `token ${AccessorID}`,
};
