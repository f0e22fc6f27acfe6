// `lictor operator raft list-peers`: the servers of the Raft configuration, and how far each of them is.

import { type DecodedBy, struct } from '../../../gotext/json-decode.js';
import { bool, index, list, string } from '../../../gotext/json-kinds.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { formatTable } from '../../command/table.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

const raftServer = struct('RaftServer', {
  ID: string,
  Node: string,
  Address: string,
  Leader: bool,
  ProtocolVersion: string,
  Voter: bool,
  LastIndex: index,
});
const raftConfiguration = struct('RaftConfiguration', { Servers: list(raftServer) });

const HEADING = ['Node', 'ID', 'Address', 'State', 'Voter', 'RaftProtocol', 'Commit Index', 'Trails Leader By'];

export const command: Command = {
  usage: 'operator raft list-peers [options]',
  about: 'Lists the servers of the Raft configuration: who leads, who votes, how far each of them is.',
  flags: [...CLIENT_FLAGS, ...SERVER_FLAGS],
  async run(options: Options): Promise<number> {
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const path = '/v1/operator/raft/configuration';
    const answer = await connected.client.decoded(path, serverQuery(options), raftConfiguration);
    if (!answer.ok) return fail(`Error getting peers: Failed to retrieve raft configuration: ${answer.error}`);
    const Servers = answer.value.Servers ?? [];
    const leaderIndex = Servers.find(({ Leader }) => Leader)?.LastIndex ?? 0;
    print(formatTable([HEADING, ...Servers.map((server) => row(server, leaderIndex))]));
    return 0;
  },
};

function row(
  { Node, ID, Address, Leader, Voter, ProtocolVersion, LastIndex }: DecodedBy<typeof raftServer>,
  leaderIndex: number,
) {
  const state = Leader ? 'leader' : 'follower';
  return [
    ...[Node, ID, Address, state, String(Voter), ProtocolVersion, String(LastIndex)],
    Leader ? '-' : trail(leaderIndex, LastIndex),
  ];
}

/** Answers are a little apart: a follower may have been asked after the leader. */
function trail(leaderIndex: number, index: number): string {
  if (leaderIndex === 0) return '-';
  const entries = Math.max(0, leaderIndex - index);
  return `${entries} ${entries === 1 ? 'commit' : 'commits'}`;
}
