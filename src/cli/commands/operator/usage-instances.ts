// `lictor operator usage instances`: how many nodes, services and instances there are, by datacenter.

import { type DecodedBy, struct } from '../../../gotext/json-decode.js';
import { int, map } from '../../../gotext/json-kinds.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

const usageKind = struct('ServiceUsage', {
  Services: int,
  ServiceInstances: int,
  ConnectServiceInstances: map(int),
  BillableServiceInstances: int,
  Nodes: int,
});
const usagesKind = struct('Usage', { Usage: map(usageKind) });
type Usage = DecodedBy<typeof usageKind>;

/** By datacenter. */
type Usages = readonly (readonly [datacenter: string, usage: Usage])[];

const JSON_INDENT = 4;

export const command: Command = {
  usage: 'operator usage instances [options]',
  about:
    'Shows how many nodes, services and instances there are.\n' +
    'Instances that belong to Connect are listed by their kind; billable are all others but those of the servers.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'all-datacenters', kind: 'bool', usage: 'Of all known datacenters, with their sum.' },
    { name: 'billable', kind: 'bool', usage: 'Only what is billable, and the nodes.' },
    { name: 'connect', kind: 'bool', usage: 'Only what belongs to Connect.' },
    { name: 'format', kind: 'string', usage: 'pretty or json. Default pretty.' },
  ],
  async run(options: Options): Promise<number> {
    const only = { billable: options.isOn('billable'), connect: options.isOn('connect') };
    if (only.billable && only.connect) return fail('Cannot specify both -billable and -connect flags');
    const format = options.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') return fail(`Unknown format: ${format}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const isGlobal = options.isOn('all-datacenters');
    const query = [...serverQuery(options), ...(isGlobal ? [['global', ''] as const] : [])];
    const answer = await connected.client.decoded('/v1/operator/usage', query, usagesKind);
    if (!answer.ok) return fail(`Error fetching usage information: ${answer.error}`);
    const usages = Object.entries(answer.value.Usage ?? {}).sort(([a], [b]) => compareUtf8(a, b));
    if (format === 'json') {
      print(JSON.stringify(Object.fromEntries(usages), null, JSON_INDENT));
      return 0;
    }
    const parts = [
      ...(only.connect ? [] : [billable(usages, isGlobal), nodes(usages)]),
      ...(only.billable ? [] : [connectServices(usages, isGlobal)]),
    ];
    print(parts.join('\n\n'));
    return 0;
  },
};

function sum(usages: Usages, of: (usage: Usage) => number): number {
  return usages.reduce((total, [, usage]) => total + of(usage), 0);
}

const billableOf = (usage: Usage): number => usage.BillableServiceInstances;
const servicesOf = (usage: Usage): number => usage.Services;

function billable(usages: Usages, isGlobal: boolean): string {
  const total = String(sum(usages, billableOf));
  const rows = usages.map(([datacenter, usage]) => [
    ...(isGlobal ? [datacenter] : []),
    String(servicesOf(usage)),
    String(billableOf(usage)),
  ]);
  const table = isGlobal
    ? [['Datacenter', 'Services', 'Service instances'], ...rows, ['Total', String(sum(usages, servicesOf)), total]]
    : [['Services', 'Service instances'], ...rows];
  return [
    `Billable Service Instances Total: ${total}`,
    ...usages.map(([datacenter, usage]) => `${datacenter} Billable Service Instances: ${billableOf(usage)}`),
    '',
    'Billable Services',
    formatTable(table),
  ].join('\n');
}

function nodes(usages: Usages): string {
  const rows = usages.map(([datacenter, { Nodes }]) => [datacenter, String(Nodes)]);
  const total = ['Total', String(sum(usages, ({ Nodes }) => Nodes))];
  return `Nodes\n${formatTable([['Datacenter', 'Count'], ...rows, total])}`;
}

function connectServices(usages: Usages, isGlobal: boolean): string {
  const rows = usages.flatMap(([datacenter, { ConnectServiceInstances }]) =>
    Object.entries(ConnectServiceInstances ?? {})
      .sort(([a], [b]) => compareUtf8(a, b))
      .map(([kind, count]) => ({ datacenter, kind, count })),
  );
  const total = String(rows.reduce((all, { count }) => all + count, 0));
  const table = isGlobal
    ? [
        ['Datacenter', 'Type', 'Service instances'],
        ...rows.map(({ datacenter, kind, count }) => [datacenter, kind, String(count)]),
        ['Total', '', total],
      ]
    : [['Type', 'Service instances'], ...rows.map(({ kind, count }) => [kind, String(count)])];
  return `Connect Services\n${formatTable(table)}`;
}
