// Policies and roles (spec/fsm.md, section 10). Who deletes one leaves the links to it: whoever reads them leaves them out.

import { quote } from '../../../../../gotext/quote.js';
import type { AclRoleSetRequest } from '../../../../../wire/acl/commands.js';
import type { AclPolicy, AclRole } from '../../../../../wire/acl/records.js';
import { BUILTIN_POLICY_IDS } from '../../../acl/policies/builtin-policies.js';
import { aclKey } from '../../store/tables/acl-tables.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import { resolveGrants } from './links.js';

function isBuiltinPolicy(id: string): boolean {
  return BUILTIN_POLICY_IDS.has(id.toLowerCase());
}

function sameDatacenters(a: AclPolicy, b: AclPolicy): boolean {
  const [left, right] = [a.Datacenters ?? [], b.Datacenters ?? []];
  return left.length === right.length && left.every((name, at) => name === right[at]);
}

function setPolicy(tables: Tables, policy: AclPolicy): Refusal {
  const { policies, policiesByName } = tables.acl;
  if (policy.ID === '') return 'Missing ACL Policy ID';
  if (policy.Name === '') return 'Missing ACL Policy Name';
  const key = aclKey(policy.ID);
  const stored = policies.get(key);
  if (stored !== undefined && isBuiltinPolicy(policy.ID)) {
    if (stored.Rules !== policy.Rules) {
      return `Changing the Rules for the builtin ${stored.Name} policy is not permitted`;
    }
    if (!sameDatacenters(stored, policy)) {
      return `Changing the Datacenters of the builtin ${stored.Name} policy is not permitted`;
    }
  }
  const named = policiesByName.get(policy.Name);
  if (named !== undefined && aclKey(named.ID) !== key) {
    return `A policy with name ${quote(policy.Name)} already exists`;
  }
  const { index } = tables.journal;
  policies.set(key, { ...policy, CreateIndex: stored?.CreateIndex ?? index, ModifyIndex: index });
  tables.index.raise('acl-policies');
  return null;
}

export function setPolicies(tables: Tables, policies: readonly AclPolicy[]): Refusal {
  for (const policy of policies) {
    const refused = setPolicy(tables, policy);
    if (refused !== null) return refused;
  }
  return null;
}

export function deletePolicies(tables: Tables, ids: readonly string[]): Refusal {
  for (const id of ids) {
    const stored = tables.acl.policies.get(aclKey(id));
    if (stored === undefined) continue;
    if (isBuiltinPolicy(stored.ID)) return `Deletion of the builtin ${stored.Name} policy is not permitted`;
    tables.acl.policies.delete(aclKey(id));
    tables.index.raise('acl-policies');
  }
  return null;
}

function setRole(tables: Tables, role: AclRole, allowMissing: boolean): Refusal {
  const { roles, rolesByName } = tables.acl;
  if (role.ID === '') return 'Missing ACL Role ID';
  if (role.Name === '') return 'Missing ACL Role Name';
  const key = aclKey(role.ID);
  const stored = roles.get(key);
  const named = rolesByName.get(role.Name);
  if (named !== undefined && aclKey(named.ID) !== key) return `A role with name ${quote(role.Name)} already exists`;
  const grants = resolveGrants(tables, role, { allowMissing });
  if (!grants.ok) return grants.error;
  const { index } = tables.journal;
  const CreateIndex = stored?.CreateIndex ?? index;
  roles.set(key, { ...role, ...grants.value, CreateIndex, ModifyIndex: index });
  tables.index.raise('acl-roles');
  return null;
}

export function setRoles(tables: Tables, { Roles, AllowMissingLinks }: AclRoleSetRequest): Refusal {
  for (const role of Roles ?? []) {
    const refused = setRole(tables, role, AllowMissingLinks);
    if (refused !== null) return refused;
  }
  return null;
}

export function deleteRoles(tables: Tables, ids: readonly string[]): void {
  for (const id of ids) if (tables.acl.roles.delete(aclKey(id))) tables.index.raise('acl-roles');
}
