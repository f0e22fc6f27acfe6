// agent/maintenance, reload and leave: what concerns the agent as a whole.

import type { AgentControl } from '../../control/control-client.js';
import type { EndpointTable } from '../../http/endpoint.js';
import type { Reply } from '../../http/message/reply.js';
import type { ApiRequest } from '../../http/message/request.js';
import { action } from '../../http/operation.js';
import type { Values } from '../../http/parameters/parameters.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { replyTo } from './local-replies.js';
import { MAINTENANCE } from './maintenance-parameters.js';
import { controlReply } from './members.js';

async function maintenance(
  local: LocalAgent,
  { asker }: ApiRequest,
  { enable, reason }: Values<typeof MAINTENANCE>,
): Promise<Reply> {
  if (!enable) return replyTo(await local.answerable(local.maintenance.leaveNode()));
  return replyTo(await local.answerable(local.maintenance.enterNode(reason, asker.token)));
}

export function processControlEndpoints(local: LocalAgent, control: AgentControl): EndpointTable {
  const maintain = action({
    summary: 'Puts the node into maintenance or takes it out',
    acl: ['node:write'],
    judges: 'row',
    parameters: MAINTENANCE,
    answer: 'nothing',
    run: (request, values) => maintenance(local, request, values),
  });
  const reload = action({
    summary: 'Reads the configuration again',
    acl: ['agent:write'],
    judges: 'row',
    answer: 'nothing',
    run: () => controlReply(control, { op: 'reload' }),
  });
  const leave = action({
    summary: 'Leaves the pools and ends the agent',
    acl: ['agent:write'],
    judges: 'row',
    answer: 'nothing',
    run: () => controlReply(control, { op: 'leave' }),
  });
  return [
    { path: '/v1/agent/maintenance', answeredBy: 'agent', methods: { PUT: maintain } },
    { path: '/v1/agent/reload', answeredBy: 'agent', methods: { PUT: reload } },
    { path: '/v1/agent/leave', answeredBy: 'agent', methods: { PUT: leave } },
  ];
}
