// ACL.Role*: reading, listing, writing and deleting roles (texts as recorded).

import { randomUUID } from 'node:crypto';
import { quote } from '../../../../gotext/quote.js';
import { hashOfRole } from '../../../../wire/acl/hashes.js';
import type { AclRole } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { aclDenial, byName, idDenial } from './acl-access.js';
import { judgedGrants } from './grants.js';
import type { NamedQuery } from './policies.js';
import { APPLY_FAILED } from './token-write.js';

const NAME = /^[A-Za-z0-9_-]{1,256}$/;

function failed(text: string): Refusal {
  return refusal('failed', text);
}

export const readRole: ReadMethod<NamedQuery, AclRole | null> = {
  name: 'ACL.RoleRead',
  prepare(store, { id, name }, authorizer) {
    const denied = aclDenial(authorizer, 'acl:read') ?? (name === '' ? idDenial('role', id) : null);
    if (denied !== null) return denied;
    return {
      read: () => (name === '' ? store.acl.aclRole(id) : store.acl.aclRoleByName(name)),
      watch: () => store.targets.aclRoles(),
      missing: ({ value }) => value === null,
    };
  },
};

/** Those with a policy, by its ID; "" for all. */
export const listRoles: ReadMethod<string, readonly AclRole[]> = {
  name: 'ACL.RoleList',
  prepare(store, policy, authorizer) {
    const denied = aclDenial(authorizer, 'acl:read') ?? (policy === '' ? null : idDenial('role', policy));
    if (denied !== null) return denied;
    const id = policy.toLowerCase();
    const has = ({ Policies }: AclRole): boolean => Policies?.some(({ ID }) => ID.toLowerCase() === id) ?? false;
    return {
      read: () => store.acl.roles(),
      watch: () => store.targets.aclRoles(),
      isSame: () => false,
      narrow: (roles) => byName(policy === '' ? roles : roles.filter(has)),
    };
  },
};

/** By ID, those that there are: how another datacenter gets the roles that changed. */
export const batchReadRoles: ReadMethod<readonly string[], readonly AclRole[]> = {
  name: 'ACL.RoleBatchRead',
  prepare(store, ids, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => ({
          index: store.index('acl-roles'),
          value: ids.flatMap((id) => store.acl.aclRole(id).value ?? []),
        }),
        watch: () => store.targets.aclRoles(),
        isSame: () => false,
      }
    );
  },
};

function roleProblem({ acl }: StoreReads, { ID, Name }: AclRole): Refusal | null {
  if (Name === '') return failed('Invalid Role: no Name is set');
  if (!NAME.test(Name)) {
    return failed("Invalid Role: invalid Name. Only alphanumeric characters, '-' and '_' are allowed");
  }
  if (ID !== '') {
    const problem = idDenial('role', ID);
    if (problem !== null) return problem;
    if (acl.aclRole(ID).value === null) return failed(`cannot find role ${ID}`);
  }
  const named = acl.aclRoleByName(Name).value;
  const isTaken = named !== null && named.ID.toLowerCase() !== ID.toLowerCase();
  return isTaken ? failed(`Invalid Role: A Role with Name ${quote(Name)} already exists`) : null;
}

/** Makes one where it has no ID. */
export const setRole: WriteMethod<AclRole, AclRole> = {
  name: 'ACL.RoleSet',
  decide(leader, given, { authorizer }) {
    const { store } = leader;
    const other = aclDenial(authorizer, 'acl:write') ?? toPrimary(leader) ?? roleProblem(store, given);
    if (other !== null) return other;
    const grants = judgedGrants(store.acl, given, 'role', false);
    if (isRefusal(grants)) return grants;
    const whole: AclRole = { ...given, ...grants, ID: given.ID || randomUUID(), CreateIndex: 0, ModifyIndex: 0 };
    const role = { ...whole, Hash: hashOfRole(whole) };
    return {
      command: { type: CommandType.aclRoleSet, body: { Roles: [role], AllowMissingLinks: false } },
      errorPrefix: APPLY_FAILED,
      reply: () => store.acl.aclRole(role.ID).value ?? failed(`cannot find role ${role.ID}`),
    };
  },
};

/** Answers the role's name; "" where there was none. */
export const deleteRole: WriteMethod<string, string> = {
  name: 'ACL.RoleDelete',
  decide(leader, id, { authorizer }) {
    const other = aclDenial(authorizer, 'acl:write') ?? toPrimary(leader) ?? idDenial('role', id);
    if (other !== null) return other;
    const role = leader.store.acl.aclRole(id).value;
    if (role === null) return { reply: '' };
    return {
      command: { type: CommandType.aclRoleDelete, body: { RoleIDs: [role.ID] } },
      errorPrefix: APPLY_FAILED,
      reply: () => role.Name,
    };
  },
};
