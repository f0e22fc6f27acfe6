// ACL.BootstrapTokens: the first token, which may do everything. Nobody has a token to ask with, so whoever comes first gets it;
// once more only with a file that an operator puts onto the leader's disk (public guide: "Reset the ACL system").

import { randomUUID } from 'node:crypto';
import { uuidProblem } from '../../../../gotext/uuid.js';
import type { AclToken } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { allowAll } from '../../acl/access.js';
import type { WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { refusal } from '../contract/refusal.js';
import { ACLS_ARE_OFF } from './acl-access.js';
import { managementToken } from './management-token.js';
import { NO_SUCH_TOKEN } from './token-read.js';
import { APPLY_FAILED } from './token-write.js';

/** Asked with the secret that the token is to have; "" for a random one. */
export const bootstrapTokens: WriteMethod<string, AclToken> = {
  name: 'ACL.BootstrapTokens',
  decide(leader, secret, { authorizer }) {
    if (authorizer === allowAll) return ACLS_ARE_OFF;
    const elsewhere = toPrimary(leader);
    if (elsewhere !== null) return elsewhere;
    const { acl } = leader.store;
    const problem = secret === '' ? null : uuidProblem(secret);
    const done = acl.bootstrapIndex;
    const isAllowed = done === 0 || leader.bootstrapReset.index() === done;
    if (!isAllowed) {
      return refusal('denied', `Permission denied: ACL bootstrap no longer allowed (reset index: ${done})`);
    }
    if (problem !== null) return refusal('failed', problem);
    const token = managementToken(secret || randomUUID(), 'Bootstrap Token (Global Management)');
    return {
      command: { type: CommandType.aclBootstrap, body: { ResetIndex: done, Token: token } },
      errorPrefix: APPLY_FAILED,
      reply() {
        if (done !== 0) leader.bootstrapReset.remove();
        return acl.aclTokenByAccessor(token.AccessorID).value ?? NO_SUCH_TOKEN;
      },
    };
  },
};
