// agent/members, join and force-leave: the gossip pools, which live in main.

import { quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, mapOf, record } from '../../../../gotext/json-shape.js';
import { memberTags } from '../../../../wire/gossip/member-tags.js';
import type { Member } from '../../../../wire/gossip-pools.js';
import type { ControlRequest } from '../../../../wire/state-worker.js';
import type { Authorizer } from '../../acl/access.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import type { AgentControl } from '../../control/control-client.js';
import { compileFilter } from '../../filter/compile.js';
import { memberFields } from '../../filter/fields.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { listText } from '../../http/message/json-pieces.js';
import { json, NOTHING, type Reply, text } from '../../http/message/reply.js';
import { action } from '../../http/operation.js';
import { anyText, filledFlag, flag, type Values } from '../../http/parameters/parameters.js';
import { keepInSteps } from '../../methods/contract/narrowing.js';
import { turns } from '../../turns/turns.js';
import { FILTER } from '../narrowing-parameters.js';

interface MemberDependencies {
  readonly members: () => { readonly lan: readonly Member[]; readonly wan: readonly Member[] };
  readonly control: AgentControl;
}

/** Somebody is told that there is more; who brings no token isn't. */
const FILTERED: Reply['headers'] = [['X-Consul-Results-Filtered-By-Acls', 'true']];
const ALL_SEGMENTS = '_all';

export function memberJson(member: Member): string {
  return (
    `{"Name":${quoteJson(member.name)},"Addr":${quoteJson(member.address)},"Port":${member.port},` +
    `"Tags":${member.tags},"Status":${member.status},"ProtocolMin":${member.protocolMin},` +
    `"ProtocolMax":${member.protocolMax},"ProtocolCur":${member.protocolCurrent},"DelegateMin":${member.delegateMin},` +
    `"DelegateMax":${member.delegateMax},"DelegateCur":${member.delegateCurrent}}`
  );
}

export const memberShape = record('Member', {
  Name: 'string',
  Addr: 'string',
  Port: 'integer',
  Tags: mapOf('string'),
  Status: 'integer',
  ProtocolMin: 'integer',
  ProtocolMax: 'integer',
  ProtocolCur: 'integer',
  DelegateMin: 'integer',
  DelegateMax: 'integer',
  DelegateCur: 'integer',
});

/** The fields by which filters select; what has to be made of the member's texts is made when a filter looks at it. */
function filterItem(member: Member): object {
  return {
    Name: member.name,
    get Addr() {
      return Buffer.from(member.address);
    },
    Port: member.port,
    get Tags() {
      return Object.fromEntries(memberTags(member));
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

const LIST = {
  wan: filledFlag('The members of the WAN pool.'),
  segment: anyText('A network segment; `_all` or none, there are no others.'),
  ...FILTER,
} as const;
const JOIN = { wan: filledFlag('Joins the WAN pool.') } as const;
const FORCE_LEAVE = {
  prune: flag('Forgets the member at once.'),
  wan: flag('A member of the WAN pool.'),
} as const;

/** In the WAN pool a server is called by its datacenter, too. */
function nodeOf(member: string, isOfWan: boolean): string {
  return isOfWan ? member.slice(0, member.lastIndexOf('.')) : member;
}

async function list(
  dependencies: MemberDependencies,
  authorizer: Authorizer,
  values: Values<typeof LIST>,
): Promise<Reply> {
  const { wan: wantsWan, segment, filter: expression } = values;
  const { lan, wan } = dependencies.members();
  if (segment !== '' && segment !== ALL_SEGMENTS) {
    return text(500, 'Network segments are not supported in this version of Consul');
  }
  let shown = wantsWan ? wan : lan;
  const all = shown.length;
  if (!authorizer.isUnlimited)
    shown = shown.filter(({ name }) => authorizer.allows('node:read', nodeOf(name, wantsWan)));
  const isFiltered = shown.length < all && authorizer.accessor !== ANONYMOUS_ACCESSOR;
  if (expression !== '') {
    const filter = compileFilter(expression, memberFields);
    if (!filter.ok) return text(500, filter.error);
    shown = await turns.finished(keepInSteps(shown, filter, (member) => filter.matches(filterItem(member))));
  }
  return json(listText(shown, memberJson), isFiltered ? FILTERED : []);
}

/** Done, or the text of what went wrong. */
export async function controlReply(control: AgentControl, request: ControlRequest): Promise<Reply> {
  const answer = await control.ask(request);
  return answer.ok ? NOTHING : text(500, answer.error);
}

export function memberEndpoints(dependencies: MemberDependencies): EndpointTable {
  const { control } = dependencies;
  const members = action({
    summary: 'The members of a gossip pool, as this agent sees them',
    acl: ['node:read'],
    judges: 'function',
    parameters: LIST,
    answer: listOf(memberShape),
    run: ({ authorizer }, values) => list(dependencies, authorizer, values),
  });
  const join = action({
    summary: 'Joins the pool of the agent at an address',
    acl: ['agent:write'],
    judges: 'row',
    parameters: JOIN,
    answer: 'nothing',
    run: ({ rest }, { wan }) => controlReply(control, { op: 'join', addresses: [rest], wan }),
  });
  const forceLeave = action({
    summary: 'Makes a failed member one that has left',
    acl: ['operator:write'],
    judges: 'row',
    parameters: FORCE_LEAVE,
    answer: 'nothing',
    run: ({ rest }, { prune, wan }) => controlReply(control, { op: 'force-leave', node: rest, prune, wan }),
  });
  const address = { name: 'address', about: 'A host, with or without a port.', missing: null };
  const node = { name: 'node', about: 'The name of the member.', missing: null };
  return [
    { path: '/v1/agent/members', answeredBy: 'agent', methods: { GET: members } },
    { path: '/v1/agent/join/', rest: address, answeredBy: 'agent', methods: { PUT: join } },
    { path: '/v1/agent/force-leave/', rest: node, answeredBy: 'agent', methods: { PUT: forceLeave } },
  ];
}
