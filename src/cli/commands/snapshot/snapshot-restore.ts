// `lictor snapshot restore`: puts the state of an archive in place of the present one.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { namedFile, openFile } from '../../command/snapshot-file.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

export const command: Command = {
  usage: 'snapshot restore [options] FILE',
  about: 'Puts the state of an archive in place of the present one, on all servers. The archive is verified first.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const named = namedFile(options);
    if (!named.ok) return fail(named.error);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const opened = await openFile(named.file);
    if (!opened.ok) return fail(`Error opening snapshot file: ${opened.error}`);
    const answer = await connected.client.putStream('/v1/snapshot', serverQuery(options), opened.content);
    if (!answer.ok) return fail(`Error restoring snapshot: ${answer.error}`);
    print('Restored snapshot');
    return 0;
  },
};
