// `lictor catalog nodes`: the nodes of a datacenter, or those of one service.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';

interface CatalogNode {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: { readonly [name: string]: string } | null;
  readonly Meta?: { readonly [name: string]: string } | null;
  readonly NodeMeta?: { readonly [name: string]: string } | null;
}

const SHORT_ID = 8;

export const command: Command = {
  usage: 'catalog nodes [options]',
  about: 'Lists the nodes of a datacenter, all or those that offer a service.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    PARTITION_FLAG,
    { name: 'detailed', kind: 'bool', usage: 'Addresses and metadata too.' },
    { name: 'filter', kind: 'string', usage: 'Filter expression.' },
    { name: 'near', kind: 'string', usage: 'Sort by the round-trip time from this node.' },
    { name: 'node-meta', kind: 'pairs', usage: 'Only nodes with this key=value; may be repeated.' },
    { name: 'service', kind: 'string', usage: 'Only nodes that offer this service.' },
  ],
  async run(options: Options): Promise<number> {
    if (options.words.length > 0) return fail(`Too many arguments (expected 0, got ${options.words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const service = options.text('service');
    const path = service === '' ? '/v1/catalog/nodes' : `/v1/catalog/service/${encodeURIComponent(service)}`;
    const answer = await connected.client.json<readonly CatalogNode[]>(path, [
      ...serverQuery(options),
      ...(options.text('near') === '' ? [] : [['near', options.text('near')] as const]),
      ...(options.text('filter') === '' ? [] : [['filter', options.text('filter')] as const]),
      ...options.pairs('node-meta').map(([key, value]) => ['node-meta', `${key}:${value}`] as const),
    ]);
    if (!answer.ok) return fail(`Error listing nodes: ${answer.error}`);
    const nodes = unique(answer.value);
    if (nodes.length === 0) {
      process.stderr.write('No nodes match the given query - try expanding your search.\n');
      return 0;
    }
    // With -near the agent's order is the answer.
    if (options.text('near') === '') nodes.sort((a, b) => (a.Node < b.Node ? -1 : 1));
    print(formatTable(options.isOn('detailed') ? detailed(nodes) : standard(nodes)));
    return 0;
  },
};

/** A service may have several instances on a node. */
function unique(nodes: readonly CatalogNode[]): CatalogNode[] {
  return [...new Map(nodes.map((node) => [node.Node, node])).values()];
}

function standard(nodes: readonly CatalogNode[]): string[][] {
  const rows = nodes.map(({ Node, ID, Address, Datacenter }) => [Node, ID.slice(0, SHORT_ID), Address, Datacenter]);
  return [['Node', 'ID', 'Address', 'DC'], ...rows];
}

function detailed(nodes: readonly CatalogNode[]): string[][] {
  const rows = nodes.map((node) => {
    const { Node, ID, Address, Datacenter, TaggedAddresses, Meta, NodeMeta } = node;
    return [Node, ID, Address, Datacenter, pairs(TaggedAddresses), pairs(Meta ?? NodeMeta)];
  });
  return [['Node', 'ID', 'Address', 'DC', 'TaggedAddresses', 'Meta'], ...rows];
}

function pairs(map: { readonly [name: string]: string } | null | undefined): string {
  return Object.entries(map ?? {})
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join(', ');
}
