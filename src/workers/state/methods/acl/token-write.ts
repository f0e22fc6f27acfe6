// ACL.TokenSet, TokenClone and TokenDelete (texts as recorded). What a token is linked to, and what it may never change, is
// judged here; the state judges once more when the command is applied.

import { randomUUID } from 'node:crypto';
import { formatDuration } from '../../../../gotext/duration.js';
import { uuidProblem } from '../../../../gotext/uuid.js';
import { hashOfToken } from '../../../../wire/acl/hashes.js';
import type { AclToken } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { goTimeOf, msOfGoTime } from '../../../../wire/go-time.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { isSameSecret } from '../../acl/same-secret.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { LeaderView, PassedOn, Proposal, WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { aclDenial, idDenial } from './acl-access.js';
import { judgedGrants, resolvedLinks } from './grants.js';
import { NO_SUCH_TOKEN, tokenOfAccessor } from './token-read.js';

const NS_PER_MS = 1_000_000;
const MIN_LIFE_MS = 60_000;
/** What stands before an error of the state. */
export const APPLY_FAILED = 'raft apply failed: ';

export interface TokenChange {
  readonly token: AclToken;
  /** Otherwise the token of its accessor is replaced. */
  readonly isNew: boolean;
}

function failed(text: string): Refusal {
  return refusal('failed', text);
}

/** A command that sets this token; answers it as it is then. */
export function setCommand(store: StoreReads, token: AclToken): Proposal<AclToken> {
  return {
    command: {
      type: CommandType.aclTokenSet,
      body: {
        Tokens: [token],
        CAS: false,
        AllowMissingLinks: false,
        ProhibitUnprivileged: false,
        FromReplication: false,
      },
    },
    errorPrefix: APPLY_FAILED,
    // It may be gone again by now.
    reply: () => store.acl.aclTokenByAccessor(token.AccessorID).value ?? NO_SUCH_TOKEN,
  };
}

function idProblem(field: 'AccessorID' | 'SecretID', id: string, isTaken: boolean): Refusal | null {
  if (id === '') return null;
  if (uuidProblem(id) !== null) return failed(`Invalid Token: ${field} - not a valid UUID`);
  return isTaken ? failed(`Invalid Token: ${field} is already in use`) : null;
}

/** When it ends; null: never. */
function endOf({ ExpirationTTL, ExpirationTime }: AclToken, nowMs: number): Uint8Array | null | Refusal {
  const givenMs = msOfGoTime(ExpirationTime);
  if (ExpirationTTL !== 0 && givenMs !== null) {
    return failed('Token Expiration TTL and Expiration Time cannot both be set');
  }
  if (ExpirationTTL < 0) return failed(`Token Expiration TTL '${formatDuration(ExpirationTTL)}' should be > 0`);
  if (ExpirationTTL === 0 && givenMs === null) return null;
  const endMs = givenMs ?? nowMs + ExpirationTTL / NS_PER_MS;
  if (endMs < nowMs) return failed('ExpirationTime cannot be before CreateTime');
  if (endMs - nowMs < MIN_LIFE_MS) {
    const life = formatDuration(Math.round((endMs - nowMs) * NS_PER_MS));
    return failed(
      `ExpirationTime cannot be less than ${formatDuration(MIN_LIFE_MS * NS_PER_MS)} in the future (was ${life})`,
    );
  }
  return ExpirationTime ?? goTimeOf(endMs);
}

/** What is new about a token that there wasn't. */
function newToken({ acl }: StoreReads, given: AclToken): AclToken | Refusal {
  const { AccessorID, SecretID } = given;
  const problem =
    idProblem('AccessorID', AccessorID, acl.aclTokenByAccessor(AccessorID).value !== null) ??
    idProblem('SecretID', SecretID, acl.aclToken(SecretID) !== undefined);
  if (problem !== null) return problem;
  if (given.AuthMethod !== '') return failed('AuthMethod field is disallowed outside of login');
  const nowMs = Date.now();
  const ExpirationTime = endOf(given, nowMs);
  if (isRefusal(ExpirationTime)) return ExpirationTime;
  return {
    ...given,
    AccessorID: AccessorID || randomUUID(),
    SecretID: SecretID || randomUUID(),
    CreateTime: goTimeOf(nowMs),
    ExpirationTime,
  };
}

/** What of a stored token stays as it was. */
function changedToken(stored: AclToken, given: AclToken): AclToken | Refusal {
  const { AccessorID, SecretID, Local, AuthMethod, CreateTime, ExpirationTime } = stored;
  if (given.SecretID !== '' && !isSameSecret(given.SecretID, SecretID)) {
    return failed("Changing a token's SecretID is not permitted");
  }
  if (given.Local !== Local) return failed(`Cannot toggle local mode of ${AccessorID}`);
  if (given.AuthMethod !== '' && given.AuthMethod !== AuthMethod) {
    return failed(`Cannot change AuthMethod of ${AccessorID}`);
  }
  const endMs = msOfGoTime(given.ExpirationTime);
  const movesEnd = endMs !== null && endMs !== msOfGoTime(ExpirationTime);
  if (given.ExpirationTTL !== 0 || movesEnd) return failed(`Cannot change expiration time of ${AccessorID}`);
  return { ...given, AccessorID, SecretID, Local, AuthMethod, CreateTime, ExpirationTime };
}

/** The token as the log gets it. */
function judged(store: StoreReads, token: AclToken): AclToken | Refusal {
  const grants = judgedGrants(store.acl, token, 'token', token.Local);
  if (isRefusal(grants)) return grants;
  const Roles = token.Roles === null ? null : resolvedLinks(store.acl, 'role', token.Roles);
  if (isRefusal(Roles)) return Roles;
  const whole = { ...token, ...grants, Roles, ExpirationTTL: 0, CreateIndex: 0, ModifyIndex: 0 };
  return { ...whole, Hash: hashOfToken(whole) };
}

/** Null: it is written here. One that isn't known here may be known there. */
function elsewhere(leader: LeaderView, token: AclToken | null): PassedOn | null {
  return token?.Local === true ? null : toPrimary(leader);
}

function set(leader: LeaderView, token: AclToken | Refusal): Proposal<AclToken> | Refusal {
  if (isRefusal(token)) return token;
  const whole = judged(leader.store, token);
  return isRefusal(whole) ? whole : setCommand(leader.store, whole);
}

export const setToken: WriteMethod<TokenChange, AclToken> = {
  name: 'ACL.TokenSet',
  decide(leader, { token, isNew }, { authorizer }) {
    const denied = aclDenial(authorizer, 'acl:write');
    if (denied !== null) return denied;
    if (isNew) return elsewhere(leader, token) ?? set(leader, newToken(leader.store, token));
    const problem = idDenial('token', token.AccessorID);
    if (problem !== null) return problem;
    const stored = tokenOfAccessor(leader.store, token.AccessorID);
    const other = elsewhere(leader, stored);
    if (other !== null) return other;
    return stored === null ? NO_SUCH_TOKEN : set(leader, changedToken(stored, token));
  },
};

export interface TokenCloning {
  readonly accessor: string;
  /** "" for that of the original. */
  readonly description: string;
}

/** Grants what the original grants, and ends when it does. */
export const cloneToken: WriteMethod<TokenCloning, AclToken> = {
  name: 'ACL.TokenClone',
  decide(leader, { accessor, description }, { authorizer }) {
    const denied = aclDenial(authorizer, 'acl:write') ?? idDenial('token', accessor);
    if (denied !== null) return denied;
    const original = tokenOfAccessor(leader.store, accessor);
    const other = elsewhere(leader, original);
    if (other !== null) return other;
    if (original === null) return NO_SUCH_TOKEN;
    if (original.AuthMethod !== '') return failed('Cannot clone a token created from an auth method');
    return set(leader, {
      ...original,
      AccessorID: randomUUID(),
      SecretID: randomUUID(),
      Description: description || original.Description,
      CreateTime: goTimeOf(Date.now()),
    });
  },
};

/** Answers the accessor. */
export const deleteToken: WriteMethod<string, string> = {
  name: 'ACL.TokenDelete',
  decide(leader, accessor, { authorizer }) {
    const denied = aclDenial(authorizer, 'acl:write') ?? idDenial('token', accessor);
    if (denied !== null) return denied;
    if (accessor === ANONYMOUS_ACCESSOR) return failed('Delete operation not permitted on the anonymous token');
    const stored = leader.store.acl.aclTokenByAccessor(accessor).value;
    const other = elsewhere(leader, stored);
    if (other !== null) return other;
    if (stored === null) return refusal('not-found', 'Cannot find token to delete');
    if (stored.AccessorID === authorizer.accessor) {
      return failed("Deletion of the request's authorization token is not permitted");
    }
    return {
      command: { type: CommandType.aclTokenDelete, body: { TokenIDs: [stored.AccessorID] } },
      errorPrefix: APPLY_FAILED,
      reply: () => stored.AccessorID,
    };
  },
};
