// ACL.TokenRead, TokenList and TokenBatchRead (spec/rpc.md, "Rules of single methods"; texts as recorded).

import type { AclGrants, AclLink, AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { msOfGoTime } from '../../../../wire/go-time.js';
import { type Authorizer, allowAll } from '../../acl/access.js';
import { ofNodeIdentity, ofServiceIdentity, ofTemplate } from '../../acl/policies/synthetic.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';
import { type Refusal, refusal } from '../contract/refusal.js';
import { ACLS_ARE_OFF, aclDenial, idDenial } from './acl-access.js';
import { wholePolicy } from './templated-policies.js';

/** What takes the place of a secret that the asker may not see. */
const HIDDEN_SECRET = '<hidden>';

const UNKNOWN = refusal('denied', 'ACL not found');
export const NO_SUCH_TOKEN = refusal('denied', `token does not exist: ${UNKNOWN.text}`);

export interface TokenQuery {
  /** By its secret it is its holder who asks: no right is needed. */
  readonly by: 'accessor' | 'secret';
  readonly id: string;
  /** With all that it is linked to. */
  readonly isExpanded: boolean;
}

export interface TokenExpansion {
  readonly policies: readonly AclPolicy[];
  readonly roles: readonly AclRole[];
}

export interface TokenAnswer {
  readonly token: AclToken;
  /** null: it wasn't asked for. */
  readonly expansion: TokenExpansion | null;
  /** The secret isn't shown. */
  readonly isRedacted: boolean;
}

/** One whose time is up is as good as gone, reaped or not. */
export function isExpired({ ExpirationTime }: AclToken, nowMs = Date.now()): boolean {
  const endMs = msOfGoTime(ExpirationTime);
  return endMs !== null && endMs <= nowMs;
}

/** As it is now; null: there is none, or none any more. */
export function tokenOfAccessor({ acl }: StoreReads, accessor: string): AclToken | null {
  const { value } = acl.aclTokenByAccessor(accessor);
  return value === null || isExpired(value) ? null : value;
}

function found({ acl }: StoreReads, { by, id }: TokenQuery): AclToken | null {
  if (by === 'accessor') return acl.aclTokenByAccessor(id).value;
  const token = acl.aclToken(id);
  return token === undefined ? null : acl.current(token);
}

function shownToken(token: AclToken, authorizer: Authorizer): AclToken {
  return authorizer.allows('acl:write', '') ? token : { ...token, SecretID: HIDDEN_SECRET };
}

function linked<T>(links: readonly AclLink[] | null, find: (id: string) => T | null): T[] {
  return (links ?? []).flatMap(({ ID }) => find(ID) ?? []);
}

/** What identities and templated policies stand for. */
function syntheticPolicies({ ServiceIdentities, NodeIdentities, TemplatedPolicies }: AclGrants): AclPolicy[] {
  const synthetic = [
    ...(ServiceIdentities ?? []).map(({ ServiceName, Datacenters }) => ofServiceIdentity(ServiceName, Datacenters)),
    ...(NodeIdentities ?? []).map(({ NodeName, Datacenter }) => ofNodeIdentity(NodeName, Datacenter)),
    ...(TemplatedPolicies ?? []).map(({ TemplateName, TemplateVariables, Datacenters }) =>
      ofTemplate(TemplateName, TemplateVariables?.Name ?? '', Datacenters),
    ),
  ];
  return synthetic.flatMap((policy) => (policy === null ? [] : [wholePolicy(policy)]));
}

/** Policies of roles are among them, each once. */
function expansionOf({ acl }: StoreReads, token: AclToken): TokenExpansion {
  const roles = linked(token.Roles, (id) => acl.aclRole(id).value);
  const links = [token, ...roles].flatMap(({ Policies }) => Policies ?? []);
  const all = [...linked(links, (id) => acl.aclPolicy(id).value), ...[token, ...roles].flatMap(syntheticPolicies)];
  return { policies: [...new Map(all.map((policy) => [policy.ID, policy])).values()], roles };
}

export const readToken: ReadMethod<TokenQuery, TokenAnswer> = {
  name: 'ACL.TokenRead',
  // Its holder may have a token that there is no copy of. By their accessors tokens are looked for where one says they are.
  isInPrimary: (store, query) => query.by === 'secret' && found(store, query) === null,
  ofUnknownToken: (problem) => (problem.text === UNKNOWN.text ? NO_SUCH_TOKEN : problem),
  prepare(store, query, authorizer) {
    if (authorizer === allowAll) return ACLS_ARE_OFF;
    const isOwn = query.by === 'secret';
    if (!isOwn) {
      const denied = idDenial('token', query.id) ?? aclDenial(authorizer, 'acl:read');
      if (denied !== null) return denied;
    }
    return {
      refuse() {
        const token = found(store, query);
        return token === null || isExpired(token) ? NO_SUCH_TOKEN : null;
      },
      read() {
        const token = found(store, query);
        if (token === null) throw new Error('a token was read that there is not');
        return { index: store.index('acl-tokens'), value: { token, expansion: null, isRedacted: false } };
      },
      watch: () =>
        query.isExpanded
          ? [...store.targets.aclTokens(), ...store.targets.aclPolicies(), ...store.targets.aclRoles()]
          : store.targets.aclTokens(),
      isSame: (now, before) => now.token === before.token,
      narrow({ token }) {
        const shown = isOwn ? token : shownToken(token, authorizer);
        return {
          token: shown,
          expansion: query.isExpanded ? expansionOf(store, token) : null,
          isRedacted: shown !== token,
        };
      },
    };
  },
};

export interface TokenListQuery {
  readonly includeLocal: boolean;
  readonly includeGlobal: boolean;
  /** IDs and names that a token must be linked to; "" for any. */
  readonly policy: string;
  readonly role: string;
  readonly authMethod: string;
  /** Of a service identity. */
  readonly serviceName: string;
}

type Tokens = readonly AclToken[];

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

function hasLink(links: readonly AclLink[] | null, id: string): boolean {
  return id === '' || (links?.some(({ ID }) => sameText(ID, id)) ?? false);
}

function isListed(token: AclToken, query: TokenListQuery, nowMs: number): boolean {
  const { serviceName, authMethod } = query;
  if (!(token.Local ? query.includeLocal : query.includeGlobal) || isExpired(token, nowMs)) return false;
  if (!hasLink(token.Policies, query.policy) || !hasLink(token.Roles, query.role)) return false;
  if (authMethod !== '' && !sameText(token.AuthMethod, authMethod)) return false;
  if (serviceName === '') return true;
  const names = token.ServiceIdentities?.some(({ ServiceName }) => ServiceName === serviceName) ?? false;
  return names || isOfService(token, serviceName);
}

function isOfService({ TemplatedPolicies }: AclToken, serviceName: string): boolean {
  const isIt = (policy: NonNullable<AclToken['TemplatedPolicies']>[number]): boolean =>
    policy.TemplateName === 'builtin/service' && policy.TemplateVariables?.Name === serviceName;
  return TemplatedPolicies?.some(isIt) ?? false;
}

const ONE_FILTER = refusal('failed', 'can only filter by one of policy, role, auth method and service name');

function filterProblem({ policy, role, authMethod, serviceName }: TokenListQuery): Refusal | null {
  const filters = [policy, role, authMethod, serviceName].filter((filter) => filter !== '');
  if (filters.length > 1) return ONE_FILTER;
  const given = [policy, role].filter((id) => id !== '');
  return given.map((id) => idDenial('token', id)).find((problem) => problem !== null) ?? null;
}

/** Their secrets are hidden from who may only read. */
export const listTokens: ReadMethod<TokenListQuery, Tokens> = {
  name: 'ACL.TokenList',
  prepare(store, query, authorizer) {
    const denied = aclDenial(authorizer, 'acl:read') ?? filterProblem(query);
    if (denied !== null) return denied;
    return {
      read: () => store.acl.tokens(),
      watch: () => store.targets.aclTokens(),
      isSame: () => false,
      narrow(tokens) {
        const nowMs = Date.now();
        return tokens.filter((token) => isListed(token, query, nowMs)).map((token) => shownToken(token, authorizer));
      },
    };
  },
};

export interface TokenBatch {
  readonly tokens: Tokens;
  /** Some of those that were asked for aren't there. */
  readonly isIncomplete: boolean;
  readonly isRedacted: boolean;
}

/** By accessor: how another datacenter gets the tokens that changed. */
export const batchReadTokens: ReadMethod<readonly string[], TokenBatch> = {
  name: 'ACL.TokenBatchRead',
  prepare(store, accessors, authorizer) {
    const denied = aclDenial(authorizer, 'acl:read');
    if (denied !== null) return denied;
    const seesSecrets = authorizer.allows('acl:write', '');
    return {
      read() {
        const tokens = accessors.flatMap((accessor) => tokenOfAccessor(store, accessor) ?? []);
        return {
          index: store.index('acl-tokens'),
          value: { tokens, isIncomplete: tokens.length < accessors.length, isRedacted: !seesSecrets },
        };
      },
      watch: () => store.targets.aclTokens(),
      narrow: (batch) => ({ ...batch, tokens: batch.tokens.map((token) => shownToken(token, authorizer)) }),
    };
  },
};
