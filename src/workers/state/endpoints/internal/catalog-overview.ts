// /v1/internal/ui/catalog-overview: how many nodes, instances and checks are in which state.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, nullable, optional, record } from '../../../../gotext/json-shape.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, refused } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { optionalText } from '../../json/object.js';
import { catalogOverview, type StateCounts } from '../../methods/catalog/overview.js';
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

function summariesJson(rows: readonly StateCounts[]): string {
  return listJson(rows.length === 0 ? null : rows, ({ name, total, passing, warning, critical }) => {
    const counts = `"Total":${total},"Passing":${passing},"Warning":${warning},"Critical":${critical}`;
    return `{${optionalText('Name', name, quoteJson)}${counts}}`;
  });
}

export function catalogOverviewEndpoints(calls: Calls): EndpointTable {
  const GET = action({
    summary: 'How many nodes, instances and checks are in which state',
    acl: ['node:read', 'service:read'],
    answer: record('CatalogSummary', { Nodes: summaries, Services: summaries, Checks: summaries }),
    async run({ datacenter, asker }) {
      const found = await calls.write(catalogOverview, null, datacenter, asker);
      if (isRefusal(found)) return refused(found);
      const { nodes, services, checks } = found;
      return json(
        `{"Nodes":${summariesJson(nodes)},"Services":${summariesJson(services)},"Checks":${summariesJson(checks)}}`,
      );
    },
  });
  return [{ path: '/v1/internal/ui/catalog-overview', answeredBy: 'servers', methods: { GET } }];
}
