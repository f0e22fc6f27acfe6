// `lictor members`: the gossip pool as the agent sees it.

import { joinHostPort } from '../../gotext/host-port.js';
import { compareUtf8 } from '../../gotext/utf8-order.js';
import { memberStatusName } from '../../wire/gossip-pools.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { compilePattern } from '../command/pattern.js';
import { formatTable } from '../command/table.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS, PARTITION_FLAG } from '../http/flags.js';

interface Member {
  readonly Name: string;
  readonly Addr: string;
  readonly Port: number;
  readonly Tags: { readonly [name: string]: string };
  readonly Status: number;
}

/** Scripts tell "nobody matches" from errors by this code. */
const NO_MEMBERS = 2;

export const command: Command = {
  usage: 'members [options]',
  about: 'Lists the members of the gossip pool.',
  flags: [
    ...CLIENT_FLAGS,
    PARTITION_FLAG,
    { name: 'detailed', kind: 'bool', usage: 'All tags of every member.' },
    { name: 'filter', kind: 'string', usage: 'Filter expression.' },
    { name: 'segment', kind: 'string', usage: 'No effect: for editions with segments.' },
    { name: 'status', kind: 'string', usage: 'Only members whose status matches this regular expression.' },
    { name: 'wan', kind: 'bool', usage: 'The pool of servers of all datacenters.' },
  ],
  async run(options: Options): Promise<number> {
    const status = compilePattern(options.text('status'));
    if (!status.ok) return fail(`Failed to compile status regexp: ${status.error}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<readonly Member[]>('/v1/agent/members', [
      ['segment', options.text('segment') || '_all'],
      ...(options.isOn('wan') ? [['wan', '1'] as const] : []),
      ...(options.has('filter') ? [['filter', options.text('filter')] as const] : []),
    ]);
    if (!answer.ok) return fail(`Error retrieving members: ${answer.error}`);
    const members = answer.value.map(withSegment).filter(({ Status }) => status.test(memberStatusName(Status)));
    if (members.length === 0) return NO_MEMBERS;
    members.sort((a, b) => order(a.Tags['segment'], b.Tags['segment']) || order(a.Name, b.Name));
    print(formatTable(options.isOn('detailed') ? detailed(members) : standard(members)));
    return 0;
  },
};

function order(a = '', b = ''): number {
  return compareUtf8(a, b);
}

/** Servers are in every segment, clients without one in the default. */
function withSegment(member: Member): Member {
  const { Tags } = member;
  const segment = Tags['role'] === 'consul' ? '<all>' : Tags['segment'] || '<default>';
  return { ...member, Tags: { ...Tags, segment, ap: Tags['ap'] || 'default' } };
}

function address({ Addr, Port }: Member): string {
  return joinHostPort(Addr, Port);
}

const TYPES: { readonly [role: string]: string } = { consul: 'server', node: 'client' };

function standard(members: readonly Member[]): string[][] {
  const rows = members.map((member) => {
    const { Name, Status, Tags } = member;
    const type = TYPES[Tags['role'] ?? ''] ?? 'unknown';
    const build = (Tags['build'] ?? '').split(':')[0] ?? '';
    const rest = [Tags['vsn'] ?? '', Tags['dc'] ?? '', Tags['ap'] ?? '', Tags['segment'] ?? ''];
    return [Name, address(member), memberStatusName(Status), type, build, ...rest];
  });
  return [['Node', 'Address', 'Status', 'Type', 'Build', 'Protocol', 'DC', 'Partition', 'Segment'], ...rows];
}

function detailed(members: readonly Member[]): string[][] {
  const rows = members.map((member) => {
    const names = Object.keys(member.Tags).sort(compareUtf8);
    const tags = names.map((name) => `${name}=${member.Tags[name] ?? ''}`);
    return [member.Name, address(member), memberStatusName(member.Status), tags.join(',')];
  });
  return [['Node', 'Address', 'Status', 'Tags'], ...rows];
}
