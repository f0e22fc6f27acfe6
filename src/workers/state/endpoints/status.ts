// /v1/status/*: who leads and who votes, from local knowledge: these answers need no leader (spec/rpc.md, "Rules of single
// methods").

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { type ApiRequest, type EndpointTable, type Handler, json, type Reply, text } from '../http/endpoint.js';

export interface StatusDependencies {
  readonly datacenter: string;
  /** `host:port` of the leader; "" when none is known. */
  readonly leader: () => string;
  /** `host:port` of the voters. */
  readonly peers: () => readonly string[];
}

export function statusEndpoints(dependencies: StatusDependencies): EndpointTable {
  const { datacenter, leader, peers } = dependencies;
  const local =
    (answer: () => string): Handler =>
    (request: ApiRequest): Reply =>
      request.datacenter === datacenter ? json(answer()) : text(500, 'No path to datacenter');
  const row = (path: string, answer: () => string) => ({
    path,
    answeredBy: 'servers' as const,
    acl: 'none',
    methods: { GET: local(answer) },
  });
  return [
    row('/v1/status/leader', () => quoteJson(leader())),
    row('/v1/status/peers', () => listJson(peers(), quoteJson)),
  ];
}
