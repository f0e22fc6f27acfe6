// `lictor intention list`: all intentions, what counts first first.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { actionOf, type Intention } from '../../command/intention.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { INTENTIONS_PATH } from '../../http/intention-path.js';

export const command: Command = {
  usage: 'intention list [options]',
  about: 'Lists all intentions.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG],
  async run(options: Options): Promise<number> {
    if (options.words.length > 0) return fail(`Too many arguments (expected 0, got ${options.words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.json<readonly Intention[]>(INTENTIONS_PATH, serverQuery(options));
    if (!answer.ok) return fail(`Failed to retrieve the intentions list: ${answer.error}`);
    if (answer.value.length === 0) {
      print('There are no intentions.');
      return 0;
    }
    const rows = answer.value.map((intention) => [
      intention.ID ?? '',
      intention.SourceName,
      actionOf(intention),
      intention.DestinationName,
      String(intention.Precedence),
    ]);
    print(formatTable([['ID', 'Source', 'Action', 'Destination', 'Precedence'], ...rows]));
    return 0;
  },
};
