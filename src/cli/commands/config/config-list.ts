// `lictor config list`: the names of all config entries of a kind.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';

interface NamedEntry {
  readonly Kind: string;
  /** Left out where all entries of the kind have the kind's name. */
  readonly Name?: string;
}

export const command: Command = {
  usage: 'config list [options] -kind=KIND',
  about: 'Lists the names of the config entries of a kind.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'filter', kind: 'string', usage: 'Filter expression.' },
    { name: 'kind', kind: 'string', usage: 'Kind of the entries.' },
  ],
  async run(options: Options): Promise<number> {
    const kind = options.text('kind');
    if (kind === '') return fail('Must specify the -kind parameter');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const filter = options.text('filter') === '' ? [] : [['filter', options.text('filter')] as const];
    const answer = await connected.client.json<readonly NamedEntry[]>(`/v1/config/${encodeURIComponent(kind)}`, [
      ...serverQuery(options),
      ...filter,
    ]);
    if (!answer.ok) return fail(`Error listing config entries for kind ${JSON.stringify(kind)}: ${answer.error}`);
    for (const { Kind, Name } of answer.value) print(Name ?? Kind);
    return 0;
  },
};
