// `lictor config write`: a config entry from a file or standard input.

import { entryJson } from '../../../wire/config-entries/json.js';
import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { readEntry } from '../../command/entry-file.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';

export const command: Command = {
  usage: 'config write [options] FILE',
  about: 'Writes a config entry: from a file in HCL or JSON, or with - from standard input.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    NAMESPACE_FLAG,
    PARTITION_FLAG,
    { name: 'cas', kind: 'bool', usage: 'Only if the entry is still at -modify-index.' },
    { name: 'modify-index', kind: 'uint64', usage: 'With -cas; 0: only if the entry is new.' },
  ],
  async run(options: Options): Promise<number> {
    const [word] = options.words;
    if (word === undefined || options.words.length > 1) {
      return fail('Must provide exactly one positional argument to specify the config entry to write');
    }
    const found = await readEntry(word);
    if (!found.ok) return fail(found.error);
    const { entry } = found;
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const cas = options.isOn('cas') ? [['cas', options.text('modify-index') || '0'] as const] : [];
    const name = `${entry.Kind}/${entry.Name}`;
    const answer = await connected.client.put('/v1/config', [...serverQuery(options), ...cas], entryJson(entry));
    if (!answer.ok) return fail(`Error writing config entry ${name}: ${answer.error}`);
    if (answer.body.toString('utf8').trim() !== 'true') return fail(`Config entry not updated: ${name}`);
    print(`Config entry written: ${name}`);
    return 0;
  },
};
