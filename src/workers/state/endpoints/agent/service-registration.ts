// agent/service/register, deregister and maintenance.

import type { EndpointTable } from '../../http/endpoint.js';
import { type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { serviceBody, serviceRegistration } from './definition-bodies.js';
import { enableParameter } from './enable-parameter.js';
import { replyTo } from './local-replies.js';
import { decodedBody } from './request-body.js';

async function register(local: LocalAgent, request: ApiRequest): Promise<Reply> {
  const body = await decodedBody(request, serviceBody);
  if (!body.ok) return body.reply;
  const replace = request.query.has('replace-existing-checks');
  const registration = serviceRegistration(body.value, request.asker.token, replace);
  return replyTo(await local.answerable(local.registrar.registerService(registration)));
}

async function maintenance(local: LocalAgent, request: ApiRequest): Promise<Reply> {
  const { rest: id, query, asker } = request;
  if (id === '') return text(400, 'Missing service ID');
  const enable = enableParameter(query);
  if (!enable.ok) return enable.reply;
  if (!enable.value) return replyTo(await local.answerable(local.maintenance.leaveService(id)));
  return replyTo(await local.answerable(local.maintenance.enterService(id, query.first('reason'), asker.token)));
}

export function serviceRegistrationEndpoints(local: LocalAgent): EndpointTable {
  return [
    {
      path: '/v1/agent/service/register',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: { PUT: (request) => register(local, request) },
    },
    {
      path: '/v1/agent/service/deregister/',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: {
        PUT: async (request) => replyTo(await local.answerable(local.registrar.deregisterService(request.rest))),
      },
    },
    {
      path: '/v1/agent/service/maintenance/',
      answeredBy: 'agent',
      acl: ['service:write'],
      methods: { PUT: (request) => maintenance(local, request) },
    },
  ];
}
