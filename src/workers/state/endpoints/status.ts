// /v1/status/*: the leader's address and the voters'.

import { listJson, quoteJson } from '../../../gotext/json-encode.js';
import { type JsonShape, listOf } from '../../../gotext/json-shape.js';
import type { Calls } from '../calls/calls.js';
import type { Endpoint, EndpointTable } from '../http/endpoint.js';
import { json, refused } from '../http/message/reply.js';
import { action } from '../http/operation.js';
import type { DirectMethod } from '../methods/contract/method.js';
import { isRefusal } from '../methods/contract/refusal.js';
import { statusLeader, statusPeers } from '../methods/status.js';

interface Shown<Value> {
  readonly path: string;
  readonly summary: string;
  readonly answer: JsonShape;
  readonly method: DirectMethod<null, Value>;
  readonly render: (value: Value) => string;
}

export function statusEndpoints(calls: Calls): EndpointTable {
  const row = <Value>({ path, summary, answer, method, render }: Shown<Value>): Endpoint => ({
    path,
    answeredBy: 'servers',
    methods: {
      GET: action({
        summary,
        acl: ['none'],
        answer,
        run: async ({ datacenter, asker }) => {
          const value = await calls.direct(method, null, datacenter, asker);
          return isRefusal(value) ? refused(value) : json(render(value));
        },
      }),
    },
  });
  return [
    row({
      path: '/v1/status/leader',
      summary: 'The address of the leader; empty where none is known',
      answer: 'string',
      method: statusLeader,
      render: quoteJson,
    }),
    row({
      path: '/v1/status/peers',
      summary: 'The addresses of the voters',
      answer: listOf('string'),
      method: statusPeers,
      render: (peers) => listJson(peers, quoteJson),
    }),
  ];
}
