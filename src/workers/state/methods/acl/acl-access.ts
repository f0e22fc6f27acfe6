// What every method of ACL.* asks first: whether there are ACLs, whether the token may read or write them, and what an ID must be.

import { type Authorizer, allowAll } from '../../acl/access.js';
import { denial, type Refusal, refusal } from '../contract/refusal.js';
import { uuidIndexProblem } from '../contract/uuid-index.js';

export const ACLS_ARE_OFF = refusal('acls-off');

export function aclDenial(authorizer: Authorizer, rule: 'acl:read' | 'acl:write'): Refusal | null {
  return authorizer === allowAll ? ACLS_ARE_OFF : denial(authorizer, rule, '');
}

export type AclKind = 'token' | 'policy' | 'role' | 'binding rule';

/** Nothing is looked up by what can't be an ID. */
export function idDenial(kind: AclKind, id: string): Refusal | null {
  const problem = uuidIndexProblem(id);
  return problem === null ? null : refusal('failed', `failed acl ${kind} lookup: index error: ${problem}`);
}

/** As stock lists them. */
export function byName<T extends { readonly Name: string }>(records: readonly T[]): readonly T[] {
  return [...records].sort((a, b) => compareText(a.Name, b.Name));
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a === b ? 0 : 1;
}
