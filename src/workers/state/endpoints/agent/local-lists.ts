// agent/services, agent/service/:id and agent/checks: what is registered here, whatever the catalog has. Long lists are put
// together in slices, so that asking for 50,000 services does not hold up everybody else.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { mapOf } from '../../../../gotext/json-shape.js';
import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import { compileFilter } from '../../filter/compile.js';
import { checkFields, type FieldTable, serviceFields } from '../../filter/fields.js';
import type { Matcher } from '../../filter/filter.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { waitForChange } from '../../http/hash-blocking.js';
import { action } from '../../http/operation.js';
import type { Values } from '../../http/parameters.js';
import { json, type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import { checkJson } from '../../json/record-json.js';
import { agentServiceShape, checkShape } from '../../json/record-shapes.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { type Steps, turns } from '../../turns/turns.js';
import { FILTER } from '../narrowing-parameters.js';
import { agentServiceJson, contentHash, hashedServiceJson } from './service-json.js';

/** Items rendered in one step, or tests of a filter: some tenths of a millisecond. */
const PER_STEP = 100;
const TESTS_PER_STEP = 2048;

interface Listed<T extends object> {
  readonly id: string;
  readonly item: T;
}

async function listed<T extends object>(
  { filter: expression }: Values<typeof FILTER>,
  fields: FieldTable,
  items: Iterable<Listed<T>>,
  render: (item: T) => string,
): Promise<Reply> {
  let matcher: Matcher | null = null;
  if (expression !== '') {
    const filter = compileFilter(expression, fields);
    if (!filter.ok) return text(500, filter.error);
    matcher = filter;
  }
  const sorted = [...items].sort((a, b) => compareUtf8(a.id, b.id));
  return json(await turns.finished(renderInSteps(sorted, matcher, render)));
}

function* renderInSteps<T extends object>(
  items: readonly Listed<T>[],
  matcher: Matcher | null,
  render: (item: T) => string,
): Steps<string> {
  const perStep =
    matcher === null ? PER_STEP : Math.max(1, Math.min(PER_STEP, Math.floor(TESTS_PER_STEP / matcher.size)));
  const parts: string[] = [];
  for (const [index, { id, item }] of items.entries()) {
    if (matcher === null || matcher.matches(item)) parts.push(`${quoteJson(id)}:${render(item)}`);
    if (index % perStep === perStep - 1) yield;
  }
  return `{${parts.join(',')}}`;
}

async function service(local: LocalAgent, datacenter: string, request: ApiRequest): Promise<Reply> {
  const id = request.rest;
  const currentHash = (): string => {
    const entry = local.state.service(id);
    return entry ? contentHash(entry.definition, datacenter) : '';
  };
  await waitForChange(request, currentHash, (wake) => local.state.watchService(id, wake));
  const definition = local.state.service(id)?.definition;
  if (!definition) return text(404, `unknown service ID: ${id}`);
  const hash = contentHash(definition, datacenter);
  return json(hashedServiceJson(definition, datacenter, hash), [['X-Consul-Contenthash', hash]]);
}

export function localListEndpoints(local: LocalAgent, datacenter: string): EndpointTable {
  const services = action({
    summary: 'The services of this agent by their IDs',
    acl: ['service:read'],
    parameters: FILTER,
    answer: mapOf(agentServiceShape),
    run: (_request, values) => {
      const items = [...local.state.services()].map(({ id, definition }) => ({ id, item: definition }));
      return listed(values, serviceFields, items, (item) => agentServiceJson(item, datacenter));
    },
  });
  const one = action({
    summary: 'A service of this agent',
    acl: ['service:read'],
    reads: 'hash',
    answer: agentServiceShape,
    others: { 404: 'error' },
    run: (request) => service(local, datacenter, request),
  });
  const checks = action({
    summary: 'The checks of this agent by their IDs',
    acl: ['node:read', 'service:read'],
    parameters: FILTER,
    answer: mapOf(checkShape),
    run: (_request, values) => {
      const items = [...local.state.checks()].map(({ id, check }) => ({ id, item: check }));
      return listed(values, checkFields, items, checkJson);
    },
  });
  const rest = { name: 'service', about: 'The ID of the service.', missing: null };
  return [
    { path: '/v1/agent/services', answeredBy: 'agent', methods: { GET: services } },
    { path: '/v1/agent/service/', rest, answeredBy: 'agent', methods: { GET: one } },
    { path: '/v1/agent/checks', answeredBy: 'agent', methods: { GET: checks } },
  ];
}
