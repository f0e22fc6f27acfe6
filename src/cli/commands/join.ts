// `lictor join`: tells an agent whom to join.

import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { failWithHelp } from '../command/usage.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS, PARTITION_FLAG } from '../http/flags.js';
import { keyPath } from '../http/path.js';

export const command: Command = {
  usage: 'join [options] address ...',
  about: 'Tells an agent to join the cluster that the addresses are members of.',
  flags: [
    ...CLIENT_FLAGS,
    PARTITION_FLAG,
    { name: 'wan', kind: 'bool', usage: 'Join the pool of servers of all datacenters.' },
  ],
  async run(options: Options): Promise<number> {
    if (options.words.length === 0) return failWithHelp('At least one address to join must be specified.', command);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    let joined = 0;
    for (const address of options.words) {
      const path = `/v1/agent/join/${keyPath(address)}`;
      const answer = await connected.client.put(path, options.isOn('wan') ? [['wan', '1']] : []);
      if (answer.ok) joined += 1;
      else fail(`Error joining address '${address}': ${answer.error}`);
    }
    if (joined === 0) return fail('Failed to join any nodes.');
    print(`Successfully joined cluster by contacting ${joined} nodes.`);
    return 0;
  },
};
