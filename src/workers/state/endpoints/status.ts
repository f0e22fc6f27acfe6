// /v1/status/*: who leads and who votes, from local knowledge: these answers need no leader (spec/rpc.md, "Rules of single
// methods").

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { type EndpointTable, json } from '../http/endpoint.js';

export interface StatusDependencies {
  /** `host:port` of the leader; "" when none is known. */
  readonly leader: () => string;
  /** `host:port` of the voters. */
  readonly peers: () => readonly string[];
}

export function statusEndpoints(dependencies: StatusDependencies): EndpointTable {
  const { leader, peers } = dependencies;
  const row = (path: string, answer: () => string) => ({
    path,
    answeredBy: 'servers' as const,
    acl: 'none',
    methods: { GET: () => json(answer()) },
  });
  return [
    row('/v1/status/leader', () => quoteJson(leader())),
    row('/v1/status/peers', () => listJson(peers(), quoteJson)),
  ];
}
