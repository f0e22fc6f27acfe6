// agent/check/register and deregister, and the reports of TTL checks: pass, warn, fail, update.

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import type { CheckStatus } from '../../../../wire/records.js';
import type { Endpoint, EndpointTable, PathRest } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { unknownCheck } from '../../local/state/outcomes.js';
import { checkBody, checkRegistration, STRICT } from './definition-bodies.js';
import { denyCheck, denyCheckRegistration } from './local-access.js';
import { replyTo } from './local-replies.js';

const updateBody = struct('checkUpdate', { Status: string, Output: string });

async function register(
  local: LocalAgent,
  { asker, authorizer }: ApiRequest,
  body: DecodedBy<typeof checkBody>,
): Promise<Reply> {
  const registration = checkRegistration(body, asker.token);
  const denied = denyCheckRegistration(local, authorizer, registration);
  if (denied !== null) return refused(denied);
  return replyTo(await local.answerable(local.registrar.registerCheck(registration)));
}

async function report(
  local: LocalAgent,
  { rest: id, authorizer }: ApiRequest,
  status: CheckStatus,
  output: string,
): Promise<Reply> {
  const denied = denyCheck(local, authorizer, id);
  if (denied !== null) return refused(denied);
  if (!local.state.check(id)) return replyTo(unknownCheck(id));
  if (!local.ttl.has(id)) return text(500, `CheckID "${id}" does not have associated TTL`);
  return replyTo(await local.answerable(local.ttl.update(id, status, output)));
}

function update(local: LocalAgent, request: ApiRequest, body: DecodedBy<typeof updateBody>): Reply | Promise<Reply> {
  const { Status: status, Output: output } = body;
  if (status !== 'passing' && status !== 'warning' && status !== 'critical') {
    return text(400, `Invalid check status: '${status}'`);
  }
  return report(local, request, status, output);
}

const WRITE = { acl: ['node:write', 'service:write'], judges: 'function', answer: 'nothing' } as const;
const CHECK: PathRest = { name: 'check', about: 'The ID of the check.', missing: null };

function reportEndpoint(local: LocalAgent, word: string, status: CheckStatus): Endpoint {
  const PUT = action({
    ...WRITE,
    summary: `Reports a TTL check as ${status}`,
    others: { 404: 'error' },
    parameters: { note: anyText('The output of the check.') },
    run: (request, { note }) => report(local, request, status, note),
  });
  return { path: `/v1/agent/check/${word}/`, rest: CHECK, answeredBy: 'agent', methods: { PUT } };
}

export function checkRegistrationEndpoints(local: LocalAgent): EndpointTable {
  const registering = action({
    ...WRITE,
    summary: 'Registers a check',
    others: { 404: 'error' },
    body: jsonBody(checkBody, { options: STRICT }),
    run: (request, _values, body) => register(local, request, body),
  });
  const deregistering = action({
    ...WRITE,
    summary: 'Removes a check',
    others: { 404: 'error' },
    run: async ({ rest, authorizer }) => {
      const denied = denyCheck(local, authorizer, rest);
      return denied === null ? replyTo(await local.answerable(local.registrar.deregisterCheck(rest))) : refused(denied);
    },
  });
  const updating = action({
    ...WRITE,
    summary: 'Reports the status and the output of a TTL check',
    others: { 404: 'error' },
    body: jsonBody(updateBody, { options: STRICT }),
    run: (request, _values, body) => update(local, request, body),
  });
  const row = { answeredBy: 'agent' } as const;
  return [
    { ...row, path: '/v1/agent/check/register', methods: { PUT: registering } },
    { ...row, path: '/v1/agent/check/deregister/', rest: CHECK, methods: { PUT: deregistering } },
    reportEndpoint(local, 'pass', 'passing'),
    reportEndpoint(local, 'warn', 'warning'),
    reportEndpoint(local, 'fail', 'critical'),
    { ...row, path: '/v1/agent/check/update/', rest: CHECK, methods: { PUT: updating } },
  ];
}
