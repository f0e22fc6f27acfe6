// /v1/event/*: user events are fired into the LAN pool and listed as they came back from it.

import { randomUUID } from 'node:crypto';
import { bytesJson, listJson, quoteJson } from '../../../gotext/json-encode.js';
import type { FiredEvent } from '../../../wire/gossip-pools.js';
import type { Calls } from '../calls/calls.js';
import { eventIndex } from '../gossip/events/event-index.js';
import type { EventLog } from '../gossip/events/event-log.js';
import type { EndpointTable } from '../http/endpoint.js';
import { isReply, json, type Reply, refused, text } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import { waitWhile } from '../http/waiting.js';
import { fireEvent } from '../methods/event.js';
import { isRefusal } from '../methods/refusal.js';

export interface EventDependencies {
  readonly events: Pick<EventLog, 'list' | 'watch'>;
  readonly calls: Calls;
}

const MAX_BODY = 2 * 1024 * 1024;
const VERSION = 1;

function eventJson(event: FiredEvent): string {
  return (
    `{"ID":${quoteJson(event.id)},"Name":${quoteJson(event.name)},"Payload":${bytesJson(event.payload)},` +
    `"NodeFilter":${quoteJson(event.nodeFilter)},"ServiceFilter":${quoteJson(event.serviceFilter)},` +
    `"TagFilter":${quoteJson(event.tagFilter)},"Version":${event.version},"LTime":${event.lTime}}`
  );
}

async function fire({ calls }: EventDependencies, request: ApiRequest): Promise<Reply> {
  const { rest: name, query } = request;
  if (name === '') return text(400, 'Missing name');
  const body = await request.body(MAX_BODY);
  if (!body.ok) return body.reply;
  // The port gets bytes of their own: those of the body may be a view into a larger buffer.
  const payload = body.bytes.byteLength === 0 ? null : Uint8Array.from(body.bytes);
  const event = {
    id: randomUUID(),
    name,
    payload,
    nodeFilter: query.first('node'),
    serviceFilter: query.first('service'),
    tagFilter: query.first('tag'),
  };
  const outcome = await calls.direct(fireEvent, event, request.datacenter, request.asker);
  return isRefusal(outcome) ? refused(outcome) : json(eventJson({ ...event, version: VERSION, lTime: 0 }));
}

async function list({ events }: EventDependencies, request: ApiRequest): Promise<Reply> {
  const options = request.options();
  if (isReply(options)) return options;
  const name = request.query.first('name');
  if (options.minIndex > 0) {
    // Indexes of events use all 64 bits, which the options' number doesn't hold.
    const known = BigInt(request.query.first('index'));
    const holds = (): boolean => eventIndex(events.list(name)) === known;
    await waitWhile(request, options.waitMs, holds, (wake) => events.watch(wake));
  }
  const shown = events.list(name);
  return json(listJson(shown, eventJson), [['X-Consul-Index', String(eventIndex(shown))]]);
}

export function eventEndpoints(dependencies: EventDependencies): EndpointTable {
  return [
    {
      path: '/v1/event/fire/',
      answeredBy: 'servers',
      acl: ['event:write'],
      methods: { PUT: (request) => fire(dependencies, request) },
    },
    {
      path: '/v1/event/list',
      answeredBy: 'agent',
      acl: ['event:read'],
      methods: { GET: (request) => list(dependencies, request) },
    },
  ];
}
