// /v1/status/*: the leader's address and the voters'.

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import type { Calls } from '../calls/calls.js';
import type { EndpointTable } from '../http/endpoint.js';
import { json, refused } from '../http/reply.js';
import type { ApiRequest } from '../http/request.js';
import type { DirectMethod } from '../methods/method.js';
import { isRefusal } from '../methods/refusal.js';
import { statusLeader, statusPeers } from '../methods/status.js';

export function statusEndpoints(calls: Calls): EndpointTable {
  const row = <Value>(path: string, method: DirectMethod<null, Value>, render: (value: Value) => string) => ({
    path,
    answeredBy: 'servers' as const,
    acl: ['none'] as const,
    methods: {
      GET: async ({ datacenter, asker }: ApiRequest) => {
        const value = await calls.direct(method, null, datacenter, asker);
        return isRefusal(value) ? refused(value) : json(render(value));
      },
    },
  });
  return [
    row('/v1/status/leader', statusLeader, quoteJson),
    row('/v1/status/peers', statusPeers, (peers) => listJson(peers, quoteJson)),
  ];
}
