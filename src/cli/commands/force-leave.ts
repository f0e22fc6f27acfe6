// `lictor force-leave`: makes a failed member leave.

import type { Command, Options } from '../command/command.js';
import { fail } from '../command/command.js';
import { failWithHelp } from '../command/usage.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS, PARTITION_FLAG } from '../http/flags.js';

export const command: Command = {
  usage: 'force-leave [options] name',
  about: 'Makes a failed member leave the cluster. A member that is still alive comes back by itself.',
  flags: [
    ...CLIENT_FLAGS,
    PARTITION_FLAG,
    { name: 'prune', kind: 'bool', usage: 'Forget the member altogether.' },
    { name: 'wan', kind: 'bool', usage: 'In the pool of servers of all datacenters.' },
  ],
  async run(options: Options): Promise<number> {
    const [name] = options.words;
    if (name === undefined || options.words.length > 1) {
      return failWithHelp('A single node name must be specified to force leave.', command);
    }
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const answer = await connected.client.put(`/v1/agent/force-leave/${encodeURIComponent(name)}`, [
      ...(options.isOn('prune') ? [['prune', '1'] as const] : []),
      ...(options.isOn('wan') ? [['wan', '1'] as const] : []),
    ]);
    return answer.ok ? 0 : fail(`Error force leaving: ${answer.error}`);
  },
};
