// `lictor operator raft transfer-leader`: the leader hands over to another server.

import { struct } from '../../../gotext/json-decode.js';
import { bool } from '../../../gotext/json-kinds.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, decoded, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

const transfer = struct('TransferLeaderResponse', { Success: bool });

export const command: Command = {
  usage: 'operator raft transfer-leader [options]',
  about: 'Hands leadership over to another server, before a leader is stopped or to move the load.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'id', kind: 'string', usage: 'Node ID of the server to lead. Default: the one that is furthest.' },
  ],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const id = options.text('id');
    const query = [...serverQuery(options), ...(id === '' ? [] : [['id', id] as const])];
    const answer = decoded(await connected.client.post('/v1/operator/raft/transfer-leader', query, ''), transfer);
    if (!answer.ok) return fail(`Error transfering leadership: Failed to transfer leadership ${answer.error}`);
    if (!answer.value.Success) return fail('Error transfering leadership: Failed to transfer leadership');
    print('Success');
    return 0;
  },
};
