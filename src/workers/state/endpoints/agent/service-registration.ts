// agent/service/register, deregister and maintenance.

import type { DecodedBy } from '../../../../gotext/json-decode.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { flag, type Values } from '../../http/parameters/parameters.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { STRICT, serviceBody, serviceRegistration } from './definition-bodies.js';
import { denyRegistration, denyService } from './local-access.js';
import { replyTo } from './local-replies.js';
import { MAINTENANCE } from './maintenance-parameters.js';

/** Of one service, or of many. */
export const REGISTER = {
  'replace-existing-checks': flag('Removes the checks of the service that this registration doesn’t have.'),
} as const;

async function register(
  local: LocalAgent,
  { asker, authorizer }: ApiRequest,
  values: Values<typeof REGISTER>,
  body: DecodedBy<typeof serviceBody>,
): Promise<Reply> {
  const registration = serviceRegistration(body, asker.token, values['replace-existing-checks']);
  const denied = authorizer.isUnlimited ? null : denyRegistration(local, authorizer, registration);
  if (denied !== null) return refused(denied);
  return replyTo(await local.registerService(registration));
}

async function maintenance(
  local: LocalAgent,
  { rest: id, asker, authorizer }: ApiRequest,
  { enable, reason }: Values<typeof MAINTENANCE>,
): Promise<Reply> {
  const denied = denyService(local, authorizer, 'service:write', id);
  if (denied !== null) return refused(denied);
  if (!enable) return replyTo(await local.answerable(local.maintenance.leaveService(id)));
  return replyTo(await local.answerable(local.maintenance.enterService(id, reason, asker.token)));
}

const WRITE = { acl: ['service:write'], judges: 'function', answer: 'nothing' } as const;

export function serviceRegistrationEndpoints(local: LocalAgent): EndpointTable {
  const registering = action({
    ...WRITE,
    summary: 'Registers a service with its checks',
    parameters: REGISTER,
    body: jsonBody(serviceBody, { options: STRICT }),
    run: (request, values, body) => register(local, request, values, body),
  });
  const deregistering = action({
    ...WRITE,
    summary: 'Removes a service and its checks',
    others: { 404: 'error' },
    run: async ({ rest, authorizer }) => {
      const denied = denyService(local, authorizer, 'service:write', rest);
      return denied === null
        ? replyTo(await local.answerable(local.registrar.deregisterService(rest)))
        : refused(denied);
    },
  });
  const maintain = action({
    ...WRITE,
    summary: 'Puts a service into maintenance or takes it out',
    others: { 404: 'error' },
    parameters: MAINTENANCE,
    run: (request, values) => maintenance(local, request, values),
  });
  const row = { answeredBy: 'agent' } as const;
  const rest = { name: 'service', about: 'The ID of the service.', missing: null };
  const needed = { ...rest, missing: text(400, 'Missing service ID') };
  return [
    { ...row, path: '/v1/agent/service/register', methods: { PUT: registering } },
    { ...row, path: '/v1/agent/service/deregister/', rest, methods: { PUT: deregistering } },
    { ...row, path: '/v1/agent/service/maintenance/', rest: needed, methods: { PUT: maintain } },
  ];
}
