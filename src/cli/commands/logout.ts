// `lictor logout`: ends a token that came from a login.

import type { Command, Options } from '../command/command.js';
import { fail } from '../command/command.js';
import { connect, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../http/flags.js';

export const command: Command = {
  usage: 'logout [options]',
  about: 'Ends the given ACL token, which came from a login.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.post('/v1/acl/logout', serverQuery(options), '');
    return answer.ok ? 0 : fail(`Error destroying token: ${answer.error}`);
  },
};
