// `lictor config read`: a config entry as JSON, in the form that `config write` takes.

import { indentJson } from '../../../gotext/json-indent.js';
import { entryTable } from '../../../wire/config-entries/entries.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { entryPath } from '../../http/path.js';

export const command: Command = {
  usage: 'config read [options] -kind=KIND -name=NAME',
  about: 'Shows a config entry as JSON.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'kind', kind: 'string', usage: 'Kind of the entry.' },
    { name: 'name', kind: 'string', usage: 'Name of the entry.' },
  ],
  async run(options: Options): Promise<number> {
    const kind = options.text('kind');
    const name = options.text('name');
    if (kind === '') return fail('Must specify the -kind parameter');
    if (name === '') return fail('Must specify the -name parameter');
    const failed = (error: string): number => fail(`Error reading config entry ${kind}/${name}: ${error}`);
    if (entryTable(kind) === undefined) return failed(`invalid config entry kind: ${kind}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<{ readonly [field: string]: unknown }>(
      entryPath(kind, name),
      serverQuery(options),
    );
    if (!answer.ok) return failed(answer.error);
    // It is made anew with every write.
    const { Hash: _hash, ...entry } = answer.value;
    print(indentJson(JSON.stringify(entry)));
    return 0;
  },
};
