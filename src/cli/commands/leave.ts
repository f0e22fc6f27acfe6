// `lictor leave`: makes the agent leave the cluster and end.

import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';

export const command: Command = {
  usage: 'leave [options]',
  about: 'Makes the agent leave the cluster on purpose and end.',
  flags: CLIENT_FLAGS,
  async run(options: Options): Promise<number> {
    if (options.words.length > 0) return fail(`Too many arguments (expected 0, got ${options.words.length})`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.put('/v1/agent/leave');
    if (!answer.ok) return fail(`Error leaving: ${answer.error}`);
    print('Graceful leave complete');
    return 0;
  },
};
