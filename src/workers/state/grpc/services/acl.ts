// hashicorp.consul.acl.ACLService: logins, as over HTTP. The token that a logout ends comes in its message.

import type { Calls } from '../../calls/calls.js';
import { logIn, logOut } from '../../methods/acl/login.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import { tokenOf } from '../../rpc/grpc/token.js';
import { login, logout } from '../messages/acl.js';
import { refuseEnterprise } from './enterprise.js';
import { type Path, unary } from './unary.js';

interface AclParts {
  readonly calls: Pick<Calls, 'write'>;
  readonly datacenter: string;
}

export function acl({ calls, datacenter }: AclParts): readonly Path[] {
  return [
    unary(login, async (request, call) => {
      const refused = refuseEnterprise(request);
      if (refused !== null) return refused;
      if (request.auth_method === '') return refusal('bad-request', 'auth_method is required');
      const attempt = { authMethod: request.auth_method, bearerToken: request.bearer_token, meta: request.meta };
      const token = await calls.write(logIn, attempt, request.datacenter || datacenter, { token: tokenOf(call) });
      if (isRefusal(token)) return token;
      return { token: { accessor_id: token.AccessorID, secret_id: token.SecretID } };
    }),
    unary(logout, async ({ token, datacenter: asked }) => {
      if (token === '') return refusal('bad-request', 'token is required');
      const ended = await calls.write(logOut, null, asked || datacenter, { token });
      return isRefusal(ended) ? ended : {};
    }),
  ];
}
