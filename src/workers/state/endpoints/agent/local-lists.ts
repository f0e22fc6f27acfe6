// agent/services, agent/service/:id and agent/checks: what is registered here, whatever the catalog has. Long lists are
// filtered and put together in slices, so that asking for 50,000 services does not hold up everybody else.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { mapOf } from '../../../../gotext/json-shape.js';
import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { compileFilter } from '../../filter/compile.js';
import { checkFields, type FieldTable, serviceFields } from '../../filter/fields.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { waitForChange } from '../../http/hash-blocking.js';
import { elements, joinedText } from '../../http/message/json-pieces.js';
import { json, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import type { Values } from '../../http/parameters/parameters.js';
import { checkJson } from '../../json/record-json.js';
import { agentServiceShape, checkShape } from '../../json/record-shapes.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { keepInSteps } from '../../methods/contract/narrowing.js';
import { denial } from '../../methods/contract/refusal.js';
import { turns } from '../../turns/turns.js';
import { FILTER } from '../narrowing-parameters.js';
import { contentHash } from './content-hash.js';
import { denyService, maySeeCheck } from './local-access.js';
import { agentServiceJson, hashedServiceJson } from './service-json.js';

const FILTERED: Reply['headers'] = [['X-Consul-Results-Filtered-By-Acls', 'true']];

interface Listed<T extends object> {
  readonly id: string;
  readonly item: T;
}

interface Visible<T extends object> {
  readonly items: readonly Listed<T>[];
  /** There is more, and whoever asks isn't nobody. */
  readonly isFiltered: boolean;
}

function visible<T extends object>(
  authorizer: Authorizer,
  all: readonly Listed<T>[],
  maySee: (item: T) => boolean,
): Visible<T> {
  if (authorizer.isUnlimited) return { items: all, isFiltered: false };
  const items = all.filter(({ item }) => maySee(item));
  return { items, isFiltered: items.length < all.length && authorizer.accessor !== ANONYMOUS_ACCESSOR };
}

async function listed<T extends object>(
  { filter: expression }: Values<typeof FILTER>,
  fields: FieldTable,
  { items, isFiltered }: Visible<T>,
  render: (item: T) => string,
): Promise<Reply> {
  let kept = items;
  if (expression !== '') {
    const filter = compileFilter(expression, fields);
    if (!filter.ok) return text(500, filter.error);
    kept = await turns.finished(keepInSteps(items, filter, ({ item }) => filter.matches(item)));
  }
  return json(joinedText(byId(kept, render)), isFiltered ? FILTERED : []);
}

function* byId<T extends object>(items: readonly Listed<T>[], render: (item: T) => string): Generator<string> {
  const sorted = [...items].sort((a, b) => compareUtf8(a.id, b.id));
  yield '{';
  yield* elements(sorted, ({ id, item }) => `${quoteJson(id)}:${render(item)}`);
  yield '}';
}

async function service(local: LocalAgent, datacenter: string, request: ApiRequest): Promise<Reply> {
  const id = request.rest;
  const denied = denyService(local, request.authorizer, 'service:read', id);
  if (denied !== null) return refused(denied);
  const currentHash = (): string => {
    const entry = local.state.service(id);
    return entry ? contentHash(entry.definition) : '';
  };
  await waitForChange(request, currentHash, (wake) => local.state.watches.watch(id, wake));
  const definition = local.state.service(id)?.definition;
  if (!definition) return text(404, `unknown service ID: ${id}`);
  const deniedNow = denial(request.authorizer, 'service:read', definition.Service);
  if (deniedNow !== null) return refused(deniedNow);
  const hash = contentHash(definition);
  return json(hashedServiceJson(definition, datacenter, hash), [['X-Consul-Contenthash', hash]]);
}

export function localListEndpoints(local: LocalAgent, datacenter: string): EndpointTable {
  const services = action({
    summary: 'The services of this agent by their IDs',
    acl: ['service:read'],
    judges: 'function',
    parameters: FILTER,
    answer: mapOf(agentServiceShape),
    run: ({ authorizer }, values) => {
      const items = [...local.state.services()].map(({ id, definition }) => ({ id, item: definition }));
      const maySee = ({ Service }: ServiceRecord) => authorizer.allows('service:read', Service);
      return listed(values, serviceFields, visible(authorizer, items, maySee), (item) =>
        agentServiceJson(item, datacenter),
      );
    },
  });
  const one = action({
    summary: 'A service of this agent',
    acl: ['service:read'],
    judges: 'function',
    reads: 'hash',
    answer: agentServiceShape,
    others: { 404: 'error' },
    run: (request) => service(local, datacenter, request),
  });
  const checks = action({
    summary: 'The checks of this agent by their IDs',
    acl: ['node:read', 'service:read'],
    judges: 'function',
    parameters: FILTER,
    answer: mapOf(checkShape),
    run: ({ authorizer }, values) => {
      const items = [...local.state.checks()].map(({ id, check }) => ({ id, item: check }));
      const maySee = (check: CheckRecord) => maySeeCheck(authorizer, check);
      return listed(values, checkFields, visible(authorizer, items, maySee), checkJson);
    },
  });
  const rest = { name: 'service', about: 'The ID of the service.', missing: null };
  return [
    { path: '/v1/agent/services', answeredBy: 'agent', methods: { GET: services } },
    { path: '/v1/agent/service/', rest, answeredBy: 'agent', methods: { GET: one } },
    { path: '/v1/agent/checks', answeredBy: 'agent', methods: { GET: checks } },
  ];
}
