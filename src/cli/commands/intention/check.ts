// `lictor intention check`: whether one service may connect to another. The exit code says it, too.

import type { Command, Options } from '../../command/command.js';
import { fail, print } from '../../command/command.js';
import { connect } from '../../http/client.js';
import { CLIENT_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG, SERVER_FLAGS } from '../../http/flags.js';
import { INTENTIONS_PATH, pairQuery } from '../../http/intention-path.js';

const DENIED = 2;

export const command: Command = {
  usage: 'intention check [options] SRC DST',
  about:
    'Says whether a connection between two services is allowed. The exit code is 0 when it is, 2 when it is denied, 1 when ' +
    'that is not known. What depends on the request counts as denied.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS, NAMESPACE_FLAG, PARTITION_FLAG],
  async run(options: Options): Promise<number> {
    const [source, destination, ...more] = options.words;
    if (source === undefined || destination === undefined || more.length > 0) {
      return fail('Error: command requires exactly two arguments: src and dst');
    }
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const query = pairQuery(options, source, destination);
    const answer = await connected.client.json<{ readonly Allowed: boolean }>(`${INTENTIONS_PATH}/check`, query);
    if (!answer.ok) return fail(`Error checking the connection: ${answer.error}`);
    print(answer.value.Allowed ? 'Allowed' : 'Denied');
    return answer.value.Allowed ? 0 : DENIED;
  },
};
