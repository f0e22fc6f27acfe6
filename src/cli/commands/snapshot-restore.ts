// `lictor snapshot restore`: puts the state of an archive in place of the present one.

import { createReadStream } from 'node:fs';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { measureFile } from '../command/snapshot-file.js';
import { connect, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../http/flags.js';

export const command: Command = {
  usage: 'snapshot restore [options] FILE',
  about: 'Puts the state of an archive in place of the present one, on all servers. The archive is verified first.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const { words } = options;
    const [file] = words;
    if (file === undefined) return fail('Missing FILE argument');
    if (words.length > 1) return fail(`Too many arguments (expected 1, got ${words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const found = await measureFile(file);
    if (!found.ok) return fail(`Error opening snapshot file: ${found.error}`);
    const body = { size: found.size, content: createReadStream(file) };
    const answer = await connected.client.putFile('/v1/snapshot', serverQuery(options), body);
    if (!answer.ok) return fail(`Error restoring snapshot: ${answer.error}`);
    print('Restored snapshot');
    return 0;
  },
};
