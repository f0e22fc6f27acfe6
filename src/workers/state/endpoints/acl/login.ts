// /v1/acl/login and /v1/acl/logout.

import { struct } from '../../../../gotext/json-decode.js';
import { map, string } from '../../../../gotext/json-kinds.js';
import type { Calls } from '../../calls/calls.js';
import { jsonBody } from '../../http/body-format.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { action } from '../../http/operation.js';
import { json, refused } from '../../http/reply.js';
import { tokenJson, tokenShape } from '../../json/acl-json.js';
import { logIn, logOut } from '../../methods/acl/login.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { STRICT } from '../../records/bodies.js';

const loginBody = struct('LoginParams', { AuthMethod: string, BearerToken: string, Meta: map(string) });

export function loginEndpoints(calls: Calls): EndpointTable {
  return [
    {
      path: '/v1/acl/login',
      answeredBy: 'servers',
      methods: {
        POST: action({
          summary: 'Exchanges a token of somebody else for one of this cluster',
          acl: ['none'],
          body: jsonBody(loginBody, { options: STRICT, errorPrefix: 'Failed to decode request body: ' }),
          answer: tokenShape,
          async run({ datacenter, asker }, _values, { AuthMethod, BearerToken, Meta }) {
            const attempt = { authMethod: AuthMethod, bearerToken: BearerToken, meta: Meta };
            const token = await calls.write(logIn, attempt, datacenter, asker);
            return isRefusal(token) ? refused(token) : json(tokenJson(token));
          },
        }),
      },
    },
    {
      path: '/v1/acl/logout',
      answeredBy: 'servers',
      methods: {
        POST: action({
          summary: 'Ends the token that the request carries, which came from a login',
          acl: ['none'],
          answer: 'boolean',
          async run({ datacenter, asker }) {
            const done = await calls.write(logOut, null, datacenter, asker);
            return isRefusal(done) ? refused(done) : json('true');
          },
        }),
      },
    },
  ];
}
