// PUT /v1/internal/service-virtual-ip: addresses that operators give a service beside its own.

import { type DecodedBy, struct } from '../../../../gotext/json-decode.js';
import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { list, string } from '../../../../gotext/json-kinds.js';
import { listOf, nullable, optional, record } from '../../../../gotext/json-shape.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { jsonBody } from '../../http/items/body-format.js';
import { json, type Reply, refused } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import { assignManualVirtualIps } from '../../methods/mesh/virtual-ip.js';

const body = struct('AssignServiceManualVIPsRequest', { Service: string, ManualVIPs: list(string) });

async function assign(calls: Calls, request: ApiRequest, given: DecodedBy<typeof body>): Promise<Reply> {
  const wanted = { service: given.Service, addresses: given.ManualVIPs ?? [] };
  const outcome = await calls.write(assignManualVirtualIps, wanted, request.datacenter, request.asker);
  if (isRefusal(outcome)) return refused(outcome);
  const from =
    outcome.unassignedFrom.length === 0
      ? 'null'
      : listJson(outcome.unassignedFrom, ({ Peer, ServiceName }) => {
          const peer = Peer === '' ? '' : `,"Peer":${quoteJson(Peer)}`;
          return `{"ServiceName":{"Name":${quoteJson(ServiceName.Name)}}${peer}}`;
        });
  return json(`{"Found":${outcome.found},"UnassignedFrom":${from}}`);
}

export function virtualIpEndpoints(calls: Calls): EndpointTable {
  const put = action({
    summary: 'Give a service virtual addresses beside its own',
    acl: ['mesh:write'],
    body: jsonBody(body, { options: { unknownFields: 'ignore' } }),
    answer: record('AssignedVirtualIps', {
      Found: 'boolean',
      UnassignedFrom: nullable(
        listOf(
          record('PeeredServiceName', {
            ServiceName: record('ServiceName', { Name: 'string' }),
            Peer: optional('string'),
          }),
        ),
      ),
    }),
    run: (request, _values, given) => assign(calls, request, given),
  });
  return [{ path: '/v1/internal/service-virtual-ip', answeredBy: 'servers', methods: { PUT: put } }];
}
