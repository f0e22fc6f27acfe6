// agent/maintenance, reload and leave: what concerns the agent as a whole.

import type { AgentControl } from '../../control/control-client.js';
import type { EndpointTable } from '../../http/endpoint.js';
import type { Reply } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import type { LocalAgent } from '../../local/local-agent.js';
import { enableParameter } from './enable-parameter.js';
import { replyTo } from './local-replies.js';
import { controlReply } from './members.js';

async function maintenance(local: LocalAgent, { query, asker }: ApiRequest): Promise<Reply> {
  const enable = enableParameter(query);
  if (!enable.ok) return enable.reply;
  if (!enable.value) return replyTo(await local.answerable(local.maintenance.leaveNode()));
  return replyTo(await local.answerable(local.maintenance.enterNode(query.first('reason'), asker.token)));
}

export function processControlEndpoints(local: LocalAgent, control: AgentControl): EndpointTable {
  return [
    {
      path: '/v1/agent/maintenance',
      answeredBy: 'agent',
      acl: ['node:write'],
      methods: { PUT: (request) => maintenance(local, request) },
    },
    {
      path: '/v1/agent/reload',
      answeredBy: 'agent',
      acl: ['agent:write'],
      methods: { PUT: () => controlReply(control, { op: 'reload' }) },
    },
    {
      path: '/v1/agent/leave',
      answeredBy: 'agent',
      acl: ['agent:write'],
      methods: { PUT: () => controlReply(control, { op: 'leave' }) },
    },
  ];
}
