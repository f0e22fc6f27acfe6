// Links of tokens and roles as they are now: those to policies and roles that are gone are left out, the others have today's
// names (spec/fsm.md, section 10). A record whose links are as they were is returned as it is.

import type { AclLink, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { type AclTables, aclKey } from './tables/acl-tables.js';

interface Named {
  readonly ID: string;
  readonly Name: string;
}

function currentLinks(
  links: readonly AclLink[] | null,
  find: (key: string) => Named | undefined,
): readonly AclLink[] | null {
  if (links === null || links.length === 0) return links;
  const current: AclLink[] = [];
  let isChanged = false;
  for (const link of links) {
    const target = find(aclKey(link.ID));
    if (target === undefined) {
      isChanged = true;
      continue;
    }
    const isSame = target.Name === link.Name;
    if (!isSame) isChanged = true;
    current.push(isSame ? link : { ID: link.ID, Name: target.Name });
  }
  return isChanged ? current : links;
}

export function currentRole(tables: AclTables, role: AclRole): AclRole {
  const Policies = currentLinks(role.Policies, (key) => tables.policies.get(key));
  return Policies === role.Policies ? role : { ...role, Policies };
}

export function currentToken(tables: AclTables, token: AclToken): AclToken {
  const Policies = currentLinks(token.Policies, (key) => tables.policies.get(key));
  const Roles = currentLinks(token.Roles, (key) => tables.roles.get(key));
  return Policies === token.Policies && Roles === token.Roles ? token : { ...token, Policies, Roles };
}
