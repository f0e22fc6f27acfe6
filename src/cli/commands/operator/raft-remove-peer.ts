// `lictor operator raft remove-peer`: takes a server out of the Raft configuration that will not come back.

import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

export const command: Command = {
  usage: 'operator raft remove-peer [options]',
  about:
    'Removes a server from the Raft configuration, by its ID or its address. For servers that are gone for good and\n' +
    'that autopilot has not removed; one that still runs is better made to leave.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'address', kind: 'string', usage: 'Its address, IP:port.' },
    { name: 'id', kind: 'string', usage: 'Its node ID.' },
  ],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const id = options.text('id');
    const address = options.text('address');
    if (id === '' && address === '') return failed('an address or id is required for the peer to remove');
    if (id !== '' && address !== '') return failed('cannot give both an address and id');
    const [key, value] = id === '' ? (['address', address] as const) : (['id', id] as const);
    const query = [...serverQuery(options), [key, value] as const];
    const answer = await connected.client.delete('/v1/operator/raft/peer', query);
    if (!answer.ok) return failed(answer.error);
    print(`Removed peer with ${key} "${value}"`);
    return 0;
  },
};

function failed(problem: string): number {
  return fail(`Error removing peer: ${problem}`);
}
