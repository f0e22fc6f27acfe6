// /v1/event/*: user events are fired into the LAN pool and listed as they came back from it.

import { randomUUID } from 'node:crypto';
import { bytesJson, listJson, quoteJson } from '../../../gotext/json-encode.js';
import { listOf, nullable, record } from '../../../gotext/json-shape.js';
import type { FiredEvent } from '../../../wire/gossip-pools.js';
import type { Calls } from '../calls/calls.js';
import { refuseFilters } from '../gossip/events/event-filter.js';
import { eventIndex } from '../gossip/events/event-index.js';
import type { EventLog } from '../gossip/events/event-log.js';
import type { EndpointTable } from '../http/endpoint.js';
import { anyBytes } from '../http/items/body-format.js';
import { json, type Reply, refused, text } from '../http/message/reply.js';
import type { ApiRequest } from '../http/message/request.js';
import { action } from '../http/operation.js';
import { WAITING } from '../http/parameters/common-parameters.js';
import { anyText, type Values } from '../http/parameters/parameters.js';
import { waitWhile } from '../http/waiting.js';
import { isRefusal } from '../methods/contract/refusal.js';
import { fireEvent } from '../methods/event.js';

export interface EventDependencies {
  readonly events: Pick<EventLog, 'list' | 'watch'>;
  readonly calls: Calls;
}

const VERSION = 1;

function eventJson(event: FiredEvent): string {
  return (
    `{"ID":${quoteJson(event.id)},"Name":${quoteJson(event.name)},"Payload":${bytesJson(event.payload)},` +
    `"NodeFilter":${quoteJson(event.nodeFilter)},"ServiceFilter":${quoteJson(event.serviceFilter)},` +
    `"TagFilter":${quoteJson(event.tagFilter)},"Version":${event.version},"LTime":${event.lTime}}`
  );
}

const eventShape = record('Event', {
  ID: 'string',
  Name: 'string',
  Payload: nullable('base64'),
  NodeFilter: 'string',
  ServiceFilter: 'string',
  TagFilter: 'string',
  Version: 'integer',
  LTime: 'uint64',
});

const FIRE = {
  node: anyText('A pattern that the names of those nodes match whom it concerns.'),
  service: anyText('A pattern of services; only nodes that have one take the event.'),
  tag: anyText('A pattern of that service’s tags.'),
} as const;

async function fire(
  { calls }: EventDependencies,
  request: ApiRequest,
  { node, service, tag }: Values<typeof FIRE>,
  body: Uint8Array,
): Promise<Reply> {
  // The port gets bytes of their own: those of the body may be a view into a larger buffer.
  const payload = body.byteLength === 0 ? null : Uint8Array.from(body);
  const event = {
    id: randomUUID(),
    name: request.rest,
    payload,
    nodeFilter: node,
    serviceFilter: service,
    tagFilter: tag,
  };
  // Whoever fires it: what it can't be is said by the agent that was asked.
  const problem = refuseFilters(event);
  if (problem !== null) return text(500, problem);
  const outcome = await calls.direct(fireEvent, event, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : json(eventJson({ ...event, version: VERSION, lTime: 0 }));
}

/** Indexes of events use all 64 bits, which the options' number doesn't hold. */
const LIST = { name: anyText('Events of this name.'), index: WAITING.index } as const;

async function list(
  { events }: EventDependencies,
  request: ApiRequest,
  { name, index }: Values<typeof LIST>,
): Promise<Reply> {
  const { authorizer } = request;
  const seen = () =>
    authorizer.isUnlimited
      ? events.list(name)
      : events.list(name).filter((one) => authorizer.allows('event:read', one.name));
  if (index > 0) {
    const known = BigInt(index);
    const holds = (): boolean => eventIndex(seen()) === known;
    await waitWhile(request, request.options.waitMs, holds, (wake) => events.watch(wake));
  }
  const shown = seen();
  return json(listJson(shown, eventJson), [['X-Consul-Index', String(eventIndex(shown))]]);
}

export function eventEndpoints(dependencies: EventDependencies): EndpointTable {
  return [
    {
      path: '/v1/event/fire/',
      rest: { name: 'name', about: 'The name of the event.', missing: text(400, 'Missing name') },
      answeredBy: 'servers',
      methods: {
        PUT: action({
          summary: 'Fires a user event; the body is what it carries',
          acl: ['event:write'],
          parameters: FIRE,
          body: anyBytes(),
          answer: eventShape,
          run: (request, values, body) => fire(dependencies, request, values, body),
        }),
      },
    },
    {
      path: '/v1/event/list',
      answeredBy: 'agent',
      methods: {
        GET: action({
          summary: 'The events that this agent has seen last',
          acl: ['event:read'],
          judges: 'function',
          reads: 'index',
          parameters: LIST,
          answer: listOf(eventShape),
          run: (request, values) => list(dependencies, request, values),
        }),
      },
    },
  ];
}
