// /v1/acl/bootstrap, token and tokens.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { either, listOf } from '../../../../gotext/json-shape.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, type Reply, text } from '../../http/message/reply.js';
import { action, read } from '../../http/operation.js';
import { anyText, flag } from '../../http/parameters/parameters.js';
import {
  expandedTokenShape,
  firstTokenShape,
  policyJson,
  roleJson,
  tokenJson,
  tokenMembers,
  tokenShape,
} from '../../json/acl-json.js';
import { bootstrapTokens } from '../../methods/acl/bootstrap.js';
import { listTokens, readToken, type TokenAnswer } from '../../methods/acl/token-read.js';
import { cloneToken, deleteToken, setToken } from '../../methods/acl/token-write.js';
import { type AclRows, type AclSettings, OFF, OFF_OR_MISSING, rest, TRUE } from './acl-rows.js';
import { BOOTSTRAP_BODY, TOKEN_BODY } from './bodies.js';

/** There is no token before the first one: what a client sends all the same, from an earlier cluster, says nothing. */
const NOBODY = { token: '' };
const ACCESSOR = rest('accessor', 'The accessor of the token.', 'Missing token AccessorID');
const EXPANDED = { expanded: flag('With the policies and roles that it is linked to.') } as const;
const TOKEN = either(tokenShape, expandedTokenShape);
const SHOWN = (token: Parameters<typeof tokenJson>[0]): Reply => json(tokenJson(token));

function answerJson({ token, expansion }: TokenAnswer, settings: AclSettings): string {
  if (expansion === null) return tokenJson(token);
  const roles = expansion.roles.length === 0 ? null : expansion.roles;
  return (
    `{${tokenMembers(token)},"ExpandedPolicies":${listJson(expansion.policies, policyJson)},` +
    `"ExpandedRoles":${listJson(roles, roleJson)},"NamespaceDefaultPolicyIDs":null,"NamespaceDefaultRoleIDs":null,` +
    `"AgentACLDefaultPolicy":${quoteJson(settings.defaultPolicy)},` +
    `"AgentACLDownPolicy":${quoteJson(settings.downPolicy)},"ResolvedByAgent":${quoteJson(settings.nodeName)}}`
  );
}

export function tokenEndpoints(rows: AclRows): EndpointTable {
  return [
    {
      path: '/v1/acl/bootstrap',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          acl: ['none'],
          off: rows.off,
          others: OFF,
          summary: 'Makes the first token, which may do everything',
          body: BOOTSTRAP_BODY,
          answer: firstTokenShape,
          run: ({ datacenter }, _values, { BootstrapSecret }) =>
            rows.change(bootstrapTokens, BootstrapSecret, { datacenter, asker: NOBODY }, (token) =>
              json(`{"ID":${quoteJson(token.SecretID)},${tokenMembers(token)}}`),
            ),
        }),
      },
    },
    {
      path: '/v1/acl/tokens',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'All tokens; their secrets for those alone who may write them',
          parameters: {
            policy: anyText('The ID of a policy that they are linked to.'),
            role: anyText('The ID of a role that they are linked to.'),
            authmethod: anyText('The auth method that they were made by.'),
            servicename: anyText('A service that they have an identity of.'),
          },
          answer: listOf(tokenShape),
          method: listTokens,
          request: ({ policy, role, authmethod, servicename }) => ({
            includeLocal: true,
            includeGlobal: true,
            policy,
            role,
            authMethod: authmethod,
            serviceName: servicename,
          }),
          reply: (tokens) => json(listText(tokens, tokenJson)),
        }),
      },
    },
    {
      path: '/v1/acl/token',
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...rows.write,
          summary: 'Makes a token',
          body: TOKEN_BODY,
          answer: tokenShape,
          run: (call, _values, token) => rows.change(setToken, { token, isNew: true }, call, SHOWN),
        }),
      },
    },
    {
      path: '/v1/acl/token/self',
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          acl: ['none'],
          summary: 'The token that asks',
          parameters: EXPANDED,
          answer: TOKEN,
          method: readToken,
          request: ({ expanded }, { asker }) => ({ by: 'secret', id: asker.token, isExpanded: expanded }),
          reply: (answer) => json(answerJson(answer, rows.settings())),
        }),
      },
    },
    {
      path: '/v1/acl/token/*/clone',
      rest: ACCESSOR,
      answeredBy: 'servers',
      methods: {
        PUT: action({
          ...rows.write,
          summary: 'Makes a token that grants what another one grants',
          body: TOKEN_BODY,
          answer: tokenShape,
          run: (call, _values, { Description }) =>
            rows.change(cloneToken, { accessor: call.rest, description: Description }, call, SHOWN),
        }),
      },
    },
    {
      path: '/v1/acl/token/',
      rest: ACCESSOR,
      answeredBy: 'servers',
      methods: {
        GET: read({
          ...rows.read,
          summary: 'A token',
          parameters: EXPANDED,
          answer: TOKEN,
          method: readToken,
          request: ({ expanded }, call) => ({ by: 'accessor', id: call.rest, isExpanded: expanded }),
          reply: (answer) => json(answerJson(answer, rows.settings())),
        }),
        PUT: action({
          ...rows.write,
          summary: 'Changes a token',
          body: TOKEN_BODY,
          answer: tokenShape,
          run(call, _values, token) {
            if (token.AccessorID !== '' && token.AccessorID !== call.rest) {
              return text(400, 'Token Accessor ID in URL and payload do not match');
            }
            const change = { token: { ...token, AccessorID: call.rest }, isNew: false };
            return rows.change(setToken, change, call, SHOWN);
          },
        }),
        DELETE: action({
          ...rows.write,
          summary: 'Deletes a token',
          answer: 'boolean',
          others: OFF_OR_MISSING,
          run: (call) => rows.change(deleteToken, call.rest, call, () => TRUE),
        }),
      },
    },
  ];
}
