// `lictor connect ca get-config`: the configuration of the mesh's certificate authority, as JSON.

import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';
import { CA_CONFIGURATION_PATH, caConfiguration } from './ca-configuration.js';

export const command: Command = {
  usage: 'connect ca get-config [options]',
  about: "Shows the configuration of the mesh's certificate authority as JSON. It may hold the key of the root.",
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const answer = await connected.client.decoded(CA_CONFIGURATION_PATH, serverQuery(options), caConfiguration);
    if (!answer.ok) return fail(`Error querying CA configuration: ${answer.error}`);
    print(JSON.stringify(answer.value, null, '\t'));
    return 0;
  },
};
