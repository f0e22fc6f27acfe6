// agent/services/register and deregister: as many services as there are in one stream, each as if it came by a call of its own
// (docs/bulk.md).

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import { listOf } from '../../../../gotext/json-shape.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { itemsBody } from '../../http/items/body-format.js';
import { type ItemStream, LINES_TYPE } from '../../http/items/item-stream.js';
import { ResultStream } from '../../http/items/result-stream.js';
import type { Reply } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { Refused } from '../../http/parameters/parameters.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { RESULT } from './bulk-result.js';
import { BulkRun, type Place } from './bulk-run.js';
import { STRICT, serviceBody, serviceRegistration } from './definition-bodies.js';
import { denyRegistration, denyService } from './local-access.js';
import { REGISTER } from './service-registration.js';

/** Whatever registers a service also names it for its removal. */
const removalBody = struct('ServiceDeregistration', { ID: string, Name: string });

async function work<T>(local: LocalAgent, items: ItemStream<T>, place: Place<T>): Promise<Reply> {
  const form = await items.form();
  if (form instanceof Refused) return form.reply;
  const answer = new ResultStream(form);
  void new BulkRun(local, items, place, answer).run();
  // A short body is here as a whole by then, which keeps the connection for the next request.
  await answer.begun;
  const contentType = form === 'array' ? 'application/json' : LINES_TYPE;
  return { status: 200, contentType, body: answer, headers: [] };
}

function register(
  local: LocalAgent,
  { asker: { token }, authorizer }: ApiRequest,
  replaceExistingChecks: boolean,
): Place<DecodedBy<typeof serviceBody>> {
  return (batch, body) => {
    const registration = serviceRegistration(body, token, replaceExistingChecks);
    const denied = authorizer.isUnlimited ? null : denyRegistration(local, authorizer, registration);
    if (denied === null) batch.register(registration);
    else batch.deny(denied.text);
    return body.ID === '' ? body.Name : body.ID;
  };
}

function deregister(local: LocalAgent, { authorizer }: ApiRequest): Place<DecodedBy<typeof removalBody>> {
  return (batch, { ID, Name }) => {
    const id = ID === '' ? Name : ID;
    const denied = denyService(local, authorizer, 'service:write', id);
    if (denied === null) batch.deregister(id);
    else batch.deny(denied.text);
    return id;
  };
}

const WRITE = { acl: ['service:write'], judges: 'function', answer: listOf(RESULT), alsoAs: LINES_TYPE } as const;

export function bulkRegistrationEndpoints(local: LocalAgent): EndpointTable {
  const registering = action({
    ...WRITE,
    summary: 'Registers all services of a stream with their checks, and says of each whether it was done',
    parameters: REGISTER,
    body: itemsBody(serviceBody, STRICT),
    run: (request, values, items) => work(local, items, register(local, request, values['replace-existing-checks'])),
  });
  const deregistering = action({
    ...WRITE,
    summary: 'Removes all services that a stream names, and says of each whether it was done',
    body: itemsBody(removalBody, { unknownFields: 'ignore' }),
    run: (request, _values, items) => work(local, items, deregister(local, request)),
  });
  const row = { answeredBy: 'agent' } as const;
  return [
    { ...row, path: '/v1/agent/services/register', methods: { PUT: registering } },
    { ...row, path: '/v1/agent/services/deregister', methods: { PUT: deregistering } },
  ];
}
