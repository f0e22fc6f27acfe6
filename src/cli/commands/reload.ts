// `lictor reload`: makes the agent read its configuration again.

import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';

export const command: Command = {
  usage: 'reload',
  about: 'Makes the agent read its configuration again, as SIGHUP does.',
  flags: CLIENT_FLAGS,
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.put('/v1/agent/reload');
    if (!answer.ok) return fail(`Error reloading: ${answer.error}`);
    print('Configuration reload triggered');
    return 0;
  },
};
