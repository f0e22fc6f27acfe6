// ACL.PolicyResolve and RoleResolve: what the token that asks is linked to, for an agent that judges the token itself. No right
// is needed for it, and nothing else is shown.

import type { AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { type Authorizer, allowAll } from '../../acl/access.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';
import { ACLS_ARE_OFF } from './acl-access.js';
import { tokenOfAccessor } from './token-read.js';

function rolesOf({ acl }: StoreReads, token: AclToken): readonly AclRole[] {
  return (token.Roles ?? []).flatMap(({ ID }) => acl.aclRole(ID).value ?? []);
}

function policiesOf(store: StoreReads, token: AclToken): readonly AclPolicy[] {
  const links = [token, ...rolesOf(store, token)].flatMap(({ Policies }) => Policies ?? []);
  const ids = new Set(links.map(({ ID }) => ID));
  return [...ids].flatMap((id) => store.acl.aclPolicy(id).value ?? []);
}

/** Those of the IDs that `linked` gives for the token. */
function resolving<T extends { readonly ID: string }>(
  name: string,
  linked: (store: StoreReads, token: AclToken) => readonly T[],
): ReadMethod<readonly string[], readonly T[]> {
  return {
    name,
    isOnce: true,
    prepare(store, ids, authorizer: Authorizer) {
      if (authorizer === allowAll) return ACLS_ARE_OFF;
      return {
        read() {
          const token = tokenOfAccessor(store, authorizer.accessor);
          const known = new Map((token === null ? [] : linked(store, token)).map((one) => [one.ID, one]));
          // What it is as of is the token's to say.
          return { index: 0, value: ids.flatMap((id) => known.get(id) ?? []) };
        },
        watch: () => [],
      };
    },
  };
}

export const resolvePolicies = resolving('ACL.PolicyResolve', policiesOf);
export const resolveRoles = resolving('ACL.RoleResolve', rolesOf);
