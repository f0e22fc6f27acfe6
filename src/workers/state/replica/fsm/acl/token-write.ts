// Tokens: set, deleted, and the first one of a cluster (spec/fsm.md, section 10).

import type { AclBootstrapRequest, AclTokenSetRequest } from '../../../../../wire/acl/commands.js';
import { hashOfToken } from '../../../../../wire/acl/hashes.js';
import type { AclToken } from '../../../../../wire/acl/records.js';
import { ANONYMOUS_ACCESSOR } from '../../../acl/denial.js';
import { currentToken } from '../../store/acl-links.js';
import { aclKey } from '../../store/tables/acl-tables.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import { type Resolved, resolveGrants, resolveLinks } from './links.js';

/** Of the index table: the command that made the first token. It is what a reset must name. */
export const BOOTSTRAP_INDEX = 'acl-token-bootstrap';
export const BOOTSTRAP_OVER = 'ACL bootstrap no longer allowed';
export const WRONG_RESET_INDEX = 'Invalid ACL bootstrap reset index';

type SetRules = Omit<AclTokenSetRequest, 'Tokens'>;

/** Whether compare-and-set passes this token over. */
function isPassedOver(token: AclToken, stored: AclToken | undefined, { CAS }: SetRules): boolean {
  if (!CAS) return false;
  if (token.ModifyIndex === 0) return stored !== undefined;
  return stored?.ModifyIndex !== token.ModifyIndex;
}

function identityProblem(tables: Tables, token: AclToken, stored: AclToken | undefined): Refusal {
  if (token.SecretID === '') return 'Missing ACL Token SecretID';
  if (token.AccessorID === '') return 'Missing ACL Token AccessorID';
  const bySecret = tables.acl.tokens.get(token.SecretID);
  if (bySecret !== undefined && aclKey(bySecret.AccessorID) !== aclKey(token.AccessorID)) {
    return "an ACL token's AccessorID can't be changed";
  }
  if (stored !== undefined && stored.SecretID !== token.SecretID) return "an ACL token's SecretID can't be changed";
  return null;
}

function isPrivileged(tables: Tables, token: AclToken): boolean {
  const { Policies, Roles, ServiceIdentities, NodeIdentities, TemplatedPolicies } = currentToken(tables.acl, token);
  const grants = [Policies, Roles, ServiceIdentities, NodeIdentities, TemplatedPolicies];
  return grants.some((list) => list !== null && list.length > 0);
}

/** The token as it is stored, but for its indexes. */
function resolved(tables: Tables, token: AclToken, rules: SetRules): Resolved<AclToken> {
  const links = { allowMissing: rules.AllowMissingLinks };
  if (token.AuthMethod !== '' && !rules.FromReplication && tables.acl.authMethod(token.AuthMethod) === undefined) {
    return { ok: false, error: `No such auth method with Name: ${token.AuthMethod}` };
  }
  const grants = resolveGrants(tables, token, links);
  if (!grants.ok) return grants;
  const roles = resolveLinks(tables, 'role', token.Roles, links);
  if (!roles.ok) return roles;
  const value: AclToken = { ...token, ...grants.value, Roles: roles.value, Hash: token.Hash ?? hashOfToken(token) };
  if (rules.ProhibitUnprivileged && !isPrivileged(tables, value))
    return { ok: false, error: 'Token has no privileges' };
  return { ok: true, value };
}

function setToken(tables: Tables, token: AclToken, rules: SetRules): Refusal {
  const stored = tables.acl.tokensByAccessor.get(token.AccessorID);
  const problem = identityProblem(tables, token, stored);
  if (problem !== null) return problem;
  if (rules.FromReplication && token.Local) return 'Cannot replicate local tokens';
  if (isPassedOver(token, stored, rules)) return null;
  const made = resolved(tables, token, rules);
  if (!made.ok) return made.error;
  const { index } = tables.journal;
  const CreateIndex = stored?.CreateIndex ?? index;
  tables.acl.tokens.set(token.SecretID, { ...made.value, CreateIndex, ModifyIndex: index });
  tables.index.raise('acl-tokens');
  return null;
}

export function setTokens(tables: Tables, { Tokens, ...rules }: AclTokenSetRequest): Refusal {
  for (const token of Tokens ?? []) {
    const refused = setToken(tables, token, rules);
    if (refused !== null) return refused;
  }
  return null;
}

/** Absent ones are as good as deleted. */
export function deleteTokens(tables: Tables, accessors: readonly string[]): Refusal {
  for (const accessor of accessors) {
    if (aclKey(accessor) === ANONYMOUS_ACCESSOR) return 'Deletion of the builtin anonymous token is not permitted';
    const token = tables.acl.tokensByAccessor.get(accessor);
    if (token !== undefined && tables.acl.tokens.delete(token.SecretID)) tables.index.raise('acl-tokens');
  }
  return null;
}

/** The first token of a cluster; another one only where the request names the command that made the last. */
export function bootstrap(tables: Tables, { ResetIndex, Token }: AclBootstrapRequest): Refusal {
  const done = tables.index.get(BOOTSTRAP_INDEX);
  if (done !== 0 && ResetIndex === 0) return BOOTSTRAP_OVER;
  if (done !== 0 && ResetIndex !== done) return WRONG_RESET_INDEX;
  const rules = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false };
  const refused = setToken(tables, Token, rules);
  if (refused === null) tables.index.setCounter(BOOTSTRAP_INDEX, tables.journal.index);
  return refused;
}
