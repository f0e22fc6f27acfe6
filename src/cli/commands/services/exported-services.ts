// `lictor services exported-services`: which services are exported, and to whom.

import { struct } from '../../../gotext/json-decode.js';
import { list, string } from '../../../gotext/json-kinds.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';

const exportedKind = list(
  struct('ResolvedExportedService', {
    Service: string,
    Consumers: struct('ResolvedConsumers', { Peers: list(string) }),
  }),
);

const JSON_INDENT = 4;

export const command: Command = {
  usage: 'services exported-services [options]',
  about: 'Lists the services that are exported to other clusters, and to which of them.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    PARTITION_FLAG,
    { name: 'filter', kind: 'string', usage: 'Filter expression, of Service and Consumers.Peers.' },
    { name: 'format', kind: 'string', usage: 'pretty or json. Default pretty.' },
  ],
  async run(options: Options): Promise<number> {
    const format = options.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') return fail(`Unknown format: ${format}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const filter = options.text('filter') === '' ? [] : [['filter', options.text('filter')] as const];
    const query = [...serverQuery(options), ...filter];
    const answer = await connected.client.decoded('/v1/exported-services', query, exportedKind);
    if (!answer.ok) return fail(`Error listing exported services: ${answer.error}`);
    const found = answer.value ?? [];
    if (format === 'json') {
      print(JSON.stringify(found, null, JSON_INDENT));
      return 0;
    }
    if (found.length === 0) {
      print('No exported services found');
      return 0;
    }
    const rows = found.map(({ Service, Consumers }) => [Service, (Consumers.Peers ?? []).join(', ')]);
    print(formatTable([['Service', 'Consumer Peers'], ...rows]));
    return 0;
  },
};
