// /v1/acl/login and /v1/acl/logout.

import { struct } from '../../../../gotext/json-decode.js';
import { map, string } from '../../../../gotext/json-kinds.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { tokenJson, tokenShape } from '../../json/acl-json.js';
import { logIn, logOut } from '../../methods/acl/login.js';
import { STRICT } from '../../records/bodies.js';
import { type AclRows, OFF, TRUE } from './acl-rows.js';

const LOGIN_BODY = jsonBody(struct('ACLLoginParams', { AuthMethod: string, BearerToken: string, Meta: map(string) }), {
  options: STRICT,
  errorPrefix: 'Failed to decode request body: ',
});

export function loginEndpoints(rows: AclRows): EndpointTable {
  const free = { acl: ['none'], off: rows.off, others: OFF } as const;
  return [
    {
      path: '/v1/acl/login',
      answeredBy: 'servers',
      methods: {
        POST: action({
          ...free,
          summary: 'Makes a token for whom an auth method vouches',
          body: LOGIN_BODY,
          answer: tokenShape,
          run(call, _values, { AuthMethod, BearerToken, Meta }) {
            const attempt = { authMethod: AuthMethod, bearerToken: BearerToken, meta: Meta };
            return rows.change(logIn, attempt, call, (token) => json(tokenJson(token)));
          },
        }),
      },
    },
    {
      path: '/v1/acl/logout',
      answeredBy: 'servers',
      methods: {
        POST: action({
          ...free,
          summary: 'Ends the token of the request, which came from a login',
          answer: 'boolean',
          run: (call) => rows.change(logOut, null, call, () => TRUE),
        }),
      },
    },
  ];
}
