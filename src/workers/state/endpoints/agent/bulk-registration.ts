// agent/services/register and deregister: as many services as there are in one stream, each as if it came by a call of its own
// (docs/bulk.md).

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { string } from '../../../../gotext/json-kinds.js';
import { listOf } from '../../../../gotext/json-shape.js';
import { itemsBody } from '../../http/body-format.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { type ItemStream, LINES_TYPE } from '../../http/item-stream.js';
import { action } from '../../http/operation.js';
import { Refused } from '../../http/parameters.js';
import type { Reply } from '../../http/reply.js';
import { ResultStream } from '../../http/result-stream.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { RESULT } from './bulk-result.js';
import { BulkRun, type Place } from './bulk-run.js';
import { STRICT, serviceBody, serviceRegistration } from './definition-bodies.js';
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

function register(token: string, replaceExistingChecks: boolean): Place<DecodedBy<typeof serviceBody>> {
  return (batch, body) => {
    batch.register(serviceRegistration(body, token, replaceExistingChecks));
    return body.ID === '' ? body.Name : body.ID;
  };
}

const deregister: Place<DecodedBy<typeof removalBody>> = (batch, { ID, Name }) => {
  const id = ID === '' ? Name : ID;
  batch.deregister(id);
  return id;
};

const WRITE = { acl: ['service:write'], answer: listOf(RESULT), alsoAs: LINES_TYPE } as const;

export function bulkRegistrationEndpoints(local: LocalAgent): EndpointTable {
  const registering = action({
    ...WRITE,
    summary: 'Registers all services of a stream with their checks, and says of each whether it was done',
    parameters: REGISTER,
    body: itemsBody(serviceBody, STRICT),
    run: ({ asker }, values, items) => work(local, items, register(asker.token, values['replace-existing-checks'])),
  });
  const deregistering = action({
    ...WRITE,
    summary: 'Removes all services that a stream names, and says of each whether it was done',
    body: itemsBody(removalBody, { unknownFields: 'ignore' }),
    run: (_request, _values, items) => work(local, items, deregister),
  });
  const row = { answeredBy: 'agent' } as const;
  return [
    { ...row, path: '/v1/agent/services/register', methods: { PUT: registering } },
    { ...row, path: '/v1/agent/services/deregister', methods: { PUT: deregistering } },
  ];
}
