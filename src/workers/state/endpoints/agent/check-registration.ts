// agent/check/register and deregister, and the reports of TTL checks: pass, warn, fail, update.

import { struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import type { CheckStatus } from '../../../../wire/records.js';
import type { Endpoint, EndpointTable } from '../../http/endpoint.js';
import { type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { unknownCheck } from '../../local/outcomes.js';
import { checkBody, checkRegistration } from './definition-bodies.js';
import { replyTo } from './local-replies.js';
import { decodedBody } from './request-body.js';

const updateBody = struct('checkUpdate', { Status: string, Output: string });

async function register(local: LocalAgent, request: ApiRequest): Promise<Reply> {
  const body = await decodedBody(request, checkBody);
  if (!body.ok) return body.reply;
  return replyTo(
    await local.answerable(local.registrar.registerCheck(checkRegistration(body.value, request.asker.token))),
  );
}

async function report(local: LocalAgent, id: string, status: CheckStatus, output: string): Promise<Reply> {
  if (!local.state.check(id)) return replyTo(unknownCheck(id));
  if (!local.ttl.has(id)) return text(500, `CheckID "${id}" does not have associated TTL`);
  return replyTo(await local.answerable(local.ttl.update(id, status, output)));
}

async function update(local: LocalAgent, request: ApiRequest): Promise<Reply> {
  const body = await decodedBody(request, updateBody);
  if (!body.ok) return body.reply;
  const { Status: status, Output: output } = body.value;
  if (status !== 'passing' && status !== 'warning' && status !== 'critical') {
    return text(400, `Invalid check status: '${status}'`);
  }
  return report(local, request.rest, status, output);
}

function reportEndpoint(local: LocalAgent, word: string, status: CheckStatus): Endpoint {
  return {
    path: `/v1/agent/check/${word}/`,
    answeredBy: 'agent',
    acl: ['service:write'],
    methods: { PUT: ({ rest, query }) => report(local, rest, status, query.first('note')) },
  };
}

export function checkRegistrationEndpoints(local: LocalAgent): EndpointTable {
  return [
    {
      path: '/v1/agent/check/register',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: { PUT: (request) => register(local, request) },
    },
    {
      path: '/v1/agent/check/deregister/',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: {
        PUT: async (request) => replyTo(await local.answerable(local.registrar.deregisterCheck(request.rest))),
      },
    },
    reportEndpoint(local, 'pass', 'passing'),
    reportEndpoint(local, 'warn', 'warning'),
    reportEndpoint(local, 'fail', 'critical'),
    {
      path: '/v1/agent/check/update/',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: { PUT: (request) => update(local, request) },
    },
  ];
}
