// /v1/internal/ui/catalog-overview: how many nodes, instances and checks are in which state.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, nullable, optional, record } from '../../../../gotext/json-shape.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { elements, joinedText } from '../../http/message/json-pieces.js';
import { json, refused } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { optionalText } from '../../json/object.js';
import { type CatalogOverview, catalogOverview, type StateCounts } from '../../methods/catalog/overview.js';
import { isRefusal } from '../../methods/contract/refusal.js';

const summaries = nullable(
  listOf(
    record('HealthSummary', {
      Name: optional('string'),
      Total: 'integer',
      Passing: 'integer',
      Warning: 'integer',
      Critical: 'integer',
    }),
  ),
);

function countsJson({ name, total, passing, warning, critical }: StateCounts): string {
  const counts = `"Total":${total},"Passing":${passing},"Warning":${warning},"Critical":${critical}`;
  return `{${optionalText('Name', name, quoteJson)}${counts}}`;
}

function* list(rows: readonly StateCounts[]): Generator<string> {
  if (rows.length === 0) {
    yield 'null';
    return;
  }
  yield '[';
  yield* elements(rows, countsJson);
  yield ']';
}

function* summary({ nodes, services, checks }: CatalogOverview): Generator<string> {
  yield '{"Nodes":';
  yield* list(nodes);
  yield ',"Services":';
  yield* list(services);
  yield ',"Checks":';
  yield* list(checks);
  yield '}';
}

export function catalogOverviewEndpoints(calls: Calls): EndpointTable {
  const GET = action({
    summary: 'How many nodes, instances and checks are in which state',
    acl: ['node:read', 'service:read'],
    answer: record('CatalogSummary', { Nodes: summaries, Services: summaries, Checks: summaries }),
    async run({ datacenter, asker }) {
      const found = await calls.write(catalogOverview, null, datacenter, asker);
      return isRefusal(found) ? refused(found) : json(joinedText(summary(found)));
    },
  });
  return [{ path: '/v1/internal/ui/catalog-overview', answeredBy: 'servers', methods: { GET } }];
}
