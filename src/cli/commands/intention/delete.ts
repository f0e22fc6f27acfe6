// `lictor intention delete`: removes the intention between two services, or the one of an ID.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { EXACT_PATH, intentionPath, pairQuery } from '../../http/intention-path.js';

export const command: Command = {
  usage: 'intention delete [options] SRC DST | ID',
  about: 'Removes the intention between two services, or the one of an ID.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG],
  async run(options: Options): Promise<number> {
    const [first, second, ...more] = options.words;
    if (first === undefined || more.length > 0) return fail('Error: command requires one or two arguments');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const { client } = connected;
    const answer =
      second === undefined
        ? await client.delete(intentionPath(first), serverQuery(options))
        : await client.delete(EXACT_PATH, pairQuery(options, first, second));
    if (!answer.ok) return fail(`Error deleting the intention: ${answer.error}`);
    print('Intention deleted.');
    return 0;
  },
};
