// agent/members, join and force-leave: the gossip pools, which live in main.

import { quoteJson } from '../../../../gotext/json-encode.js';
import type { Member } from '../../../../wire/gossip-pools.js';
import type { ControlRequest } from '../../../../wire/state-worker.js';
import type { AgentControl } from '../../control/control-client.js';
import { compileFilter } from '../../filter/compile.js';
import { memberFields } from '../../filter/fields.js';
import { memberTags } from '../../gossip/members/member-tags.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, NOTHING, type Reply, text } from '../../http/reply.js';
import type { ApiRequest } from '../../http/request.js';
import { keepInSteps } from '../../methods/narrowing.js';
import { turns } from '../../turns/turns.js';

interface MemberDependencies {
  readonly members: () => { readonly lan: readonly Member[]; readonly wan: readonly Member[] };
  readonly control: AgentControl;
}

const ALL_SEGMENTS = '_all';

export function memberJson(member: Member): string {
  return (
    `{"Name":${quoteJson(member.name)},"Addr":${quoteJson(member.address)},"Port":${member.port},` +
    `"Tags":${member.tags},"Status":${member.status},"ProtocolMin":${member.protocolMin},` +
    `"ProtocolMax":${member.protocolMax},"ProtocolCur":${member.protocolCurrent},"DelegateMin":${member.delegateMin},` +
    `"DelegateMax":${member.delegateMax},"DelegateCur":${member.delegateCurrent}}`
  );
}

/** The fields by which filters select; what has to be made of the member's texts is made when a filter looks at it. */
function filterItem(member: Member): object {
  return {
    Name: member.name,
    get Addr() {
      return Buffer.from(member.address);
    },
    Port: member.port,
    get Tags() {
      return memberTags(member);
    },
    Status: member.status,
    ProtocolMin: member.protocolMin,
    ProtocolMax: member.protocolMax,
    ProtocolCur: member.protocolCurrent,
    DelegateMin: member.delegateMin,
    DelegateMax: member.delegateMax,
    DelegateCur: member.delegateCurrent,
  };
}

async function list(dependencies: MemberDependencies, { query }: ApiRequest): Promise<Reply> {
  const segment = query.first('segment');
  const { lan, wan } = dependencies.members();
  const wantsWan = query.first('wan') !== '';
  if (segment !== '' && segment !== ALL_SEGMENTS) {
    return text(500, 'Network segments are not supported in this version of Consul');
  }
  let shown = wantsWan ? wan : lan;
  const expression = query.first('filter');
  if (expression !== '') {
    const filter = compileFilter(expression, memberFields);
    if (!filter.ok) return text(500, filter.error);
    shown = await turns.finished(keepInSteps(shown, filter, (member) => filter.matches(filterItem(member))));
  }
  return json(`[${shown.map(memberJson).join(',')}]`);
}

/** Done, or the text of what went wrong. */
export async function controlReply(control: AgentControl, request: ControlRequest): Promise<Reply> {
  const answer = await control.ask(request);
  return answer.ok ? NOTHING : text(500, answer.error);
}

export function memberEndpoints(dependencies: MemberDependencies): EndpointTable {
  const { control } = dependencies;
  return [
    {
      path: '/v1/agent/members',
      answeredBy: 'agent',
      acl: ['node:read'],
      methods: { GET: (request) => list(dependencies, request) },
    },
    {
      path: '/v1/agent/join/',
      answeredBy: 'agent',
      acl: ['agent:write'],
      methods: {
        PUT: ({ rest, query }) =>
          controlReply(control, { op: 'join', addresses: [rest], wan: query.first('wan') !== '' }),
      },
    },
    {
      path: '/v1/agent/force-leave/',
      answeredBy: 'agent',
      acl: ['operator:write'],
      methods: {
        PUT: ({ rest, query }) =>
          controlReply(control, {
            op: 'force-leave',
            node: rest,
            prune: query.has('prune'),
            wan: query.has('wan'),
          }),
      },
    },
  ];
}
