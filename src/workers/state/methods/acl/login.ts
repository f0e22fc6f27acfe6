// ACL.Login and ACL.Logout: a token for whom an auth method vouches, and its end. No token is needed for the one, and nothing but
// the token for the other.

import type { AclToken } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { msOfGoTime } from '../../../../wire/go-time.js';
import { allowAll } from '../../acl/access.js';
import type { LoginAttempt } from '../contract/logins.js';
import type { WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { refusal } from '../contract/refusal.js';
import { ACLS_ARE_OFF } from './acl-access.js';
import { APPLY_FAILED } from './token-write.js';

export const logIn: WriteMethod<LoginAttempt, AclToken> = {
  name: 'ACL.Login',
  decide({ logins }, attempt, { authorizer }) {
    if (authorizer === allowAll) return ACLS_ARE_OFF;
    return { reply: logins.logIn(attempt) };
  },
};

const NOT_FOUND = refusal('denied', 'ACL not found');

/** The token that asks is no more. */
export const logOut: WriteMethod<null, true> = {
  name: 'ACL.Logout',
  decide(leader, _request, { authorizer, token: secret }) {
    if (authorizer === allowAll) return ACLS_ARE_OFF;
    const token = leader.store.acl.aclToken(secret);
    const other = token?.Local === true ? null : toPrimary(leader);
    if (other !== null) return other;
    const endMs = msOfGoTime(token?.ExpirationTime ?? null);
    if (token === undefined || (endMs !== null && endMs <= Date.now())) return NOT_FOUND;
    if (token.AuthMethod === '') return refusal('denied', "Permission denied: token wasn't created via login");
    return {
      command: { type: CommandType.aclTokenDelete, body: { TokenIDs: [token.AccessorID] } },
      errorPrefix: APPLY_FAILED,
      reply: () => true,
    };
  },
};
