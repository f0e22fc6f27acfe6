// `lictor acl set-agent-token`: gives the agent a token that it uses itself.

import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

/** As the command line has them, and what the path has. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['default', 'default'],
  ['agent', 'agent'],
  ['recovery', 'agent_recovery'],
  ['agent_recovery', 'agent_recovery'],
  ['replication', 'replication'],
  ['dns', 'dns'],
  ['config_file_service_registration', 'config_file_service_registration'],
]);

export const command: Command = {
  usage: 'acl set-agent-token [options] TYPE TOKEN',
  about:
    'Gives the agent a token that it uses itself, until it ends; beyond that with acl.enable_token_persistence. TYPE is one of ' +
    'default, agent, recovery, replication, dns and config_file_service_registration.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const [type, Token, ...more] = options.words;
    if (type === undefined) return fail('Error! Missing TYPE and TOKEN arguments');
    if (Token === undefined) return fail('Error! Missing TOKEN argument');
    if (more.length > 0) return fail(`Error! Too many arguments (expected 2, got ${options.words.length})`);
    const name = TYPES.get(type);
    if (name === undefined) return fail('Error! Unknown token type');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const path = `/v1/agent/token/${name}`;
    const answer = await connected.client.put(path, serverQuery(options), JSON.stringify({ Token }));
    if (!answer.ok) return fail(`Failed to set ACL token ${JSON.stringify(type)}: ${answer.error}`);
    print(`ACL token ${JSON.stringify(type)} set successfully`);
    return 0;
  },
};
