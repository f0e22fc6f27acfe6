// /v1/operator/raft/*: who is in the Raft configuration, as operators see and change it.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, record } from '../../../../gotext/json-shape.js';
import type { Calls } from '../../calls/calls.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, NOTHING, type Reply, refused, text } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import { isRefusal } from '../../methods/contract/refusal.js';
import {
  ownRaftConfiguration,
  type RaftServer,
  raftConfiguration,
  removePeerByAddress,
  removePeerById,
  transferLeader,
} from '../../methods/operator/operator-raft.js';

const NO_PEER = text(400, "Must specify either ?id with the server's ID or ?address with IP:port of peer to remove");
const TWO_PEERS = text(400, 'Must specify only one of ?id or ?address');

function serverJson({ id, node, address, isLeader, protocolVersion, isVoter, lastIndex }: RaftServer): string {
  return (
    `{"ID":${quoteJson(id)},"Node":${quoteJson(node)},"Address":${quoteJson(address)},"Leader":${isLeader},` +
    `"ProtocolVersion":${quoteJson(protocolVersion)},"Voter":${isVoter},"LastIndex":${lastIndex}}`
  );
}

const serverShape = record('RaftServer', {
  ID: 'string',
  Node: 'string',
  Address: 'string',
  Leader: 'boolean',
  ProtocolVersion: 'string',
  Voter: 'boolean',
  LastIndex: 'integer',
});

/** Of any age it is this server's own word: what an operator needs when nobody leads. */
async function configuration(calls: Calls, { datacenter, asker, options }: ApiRequest): Promise<Reply> {
  const servers =
    options.consistency === 'stale'
      ? await calls.direct(ownRaftConfiguration, null, datacenter, asker)
      : await calls.write(raftConfiguration, null, datacenter, asker);
  return isRefusal(servers) ? refused(servers) : json(`{"Servers":${listJson(servers, serverJson)},"Index":0}`);
}

async function remove(calls: Calls, { datacenter, asker }: ApiRequest, id: string, address: string): Promise<Reply> {
  if (id === '' && address === '') return NO_PEER;
  if (id !== '' && address !== '') return TWO_PEERS;
  const outcome =
    id === ''
      ? await calls.write(removePeerByAddress, address, datacenter, asker)
      : await calls.write(removePeerById, id, datacenter, asker);
  return isRefusal(outcome) ? refused(outcome) : NOTHING;
}

export function operatorRaftEndpoints(calls: Calls): EndpointTable {
  return [
    {
      path: '/v1/operator/raft/configuration',
      answeredBy: 'servers',
      methods: {
        GET: action({
          summary: 'The servers of the Raft configuration',
          acl: ['operator:read'],
          reads: 'consistency',
          answer: record('RaftConfiguration', { Servers: listOf(serverShape), Index: 'integer' }),
          run: (request) => configuration(calls, request),
        }),
      },
    },
    {
      path: '/v1/operator/raft/peer',
      answeredBy: 'servers',
      methods: {
        DELETE: action({
          summary: 'Removes a server from the Raft configuration',
          acl: ['operator:write'],
          parameters: {
            id: anyText('The node ID of the server.'),
            address: anyText('Its address, IP:port, in place of its ID.'),
          },
          answer: 'nothing',
          run: (request, { id, address }) => remove(calls, request, id, address),
        }),
      },
    },
    {
      path: '/v1/operator/raft/transfer-leader',
      answeredBy: 'servers',
      methods: {
        POST: action({
          summary: 'Hands leadership over to another server',
          acl: ['operator:write'],
          parameters: { id: anyText('The node ID of the server to hand over to; without it the leader chooses.') },
          answer: record('LeaderTransfer', { Success: 'boolean' }),
          run: async ({ datacenter, asker }, { id }) => {
            const outcome = await calls.write(transferLeader, id, datacenter, asker);
            return isRefusal(outcome) ? refused(outcome) : json('{"Success":true}');
          },
        }),
      },
    },
  ];
}
