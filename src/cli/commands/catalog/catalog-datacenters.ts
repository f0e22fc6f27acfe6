// `lictor catalog datacenters`: all known datacenters, nearest first.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

export const command: Command = {
  usage: 'catalog datacenters [options]',
  about: 'Lists all known datacenters.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    if (options.words.length > 0) return fail(`Too many arguments (expected 0, got ${options.words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<readonly string[]>('/v1/catalog/datacenters', serverQuery(options));
    if (!answer.ok) return fail(`Error listing datacenters: ${answer.error}`);
    for (const datacenter of answer.value) print(datacenter);
    return 0;
  },
};
