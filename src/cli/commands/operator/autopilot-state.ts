// `lictor operator autopilot state`: what autopilot knows of the servers, to read or as JSON.

import { type DecodedBy, struct } from '../../../gotext/json-decode.js';
import { bool, index, int, list, map, string } from '../../../gotext/json-kinds.js';
import { compareUtf8 } from '../../../gotext/utf8-order.js';
import { type Command, fail, type Options, print } from '../../command/command.js';
import { connect, serverQuery } from '../../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../../http/flags.js';

const server = struct('AutopilotServer', {
  ID: string,
  Name: string,
  Address: string,
  NodeStatus: string,
  Version: string,
  LastContact: string,
  LastTerm: index,
  LastIndex: index,
  Healthy: bool,
  StableSince: string,
  ReadReplica: bool,
  Status: string,
  Meta: map(string),
  NodeType: string,
});
const state = struct('AutopilotState', {
  Healthy: bool,
  FailureTolerance: int,
  OptimisticFailureTolerance: int,
  Servers: map(server),
  Leader: string,
  Voters: list(string),
});
type Server = DecodedBy<typeof server>;
type State = DecodedBy<typeof state>;

const JSON_INDENT = 4;
const LABEL_WIDTH = 30;
const SERVER_LABEL_WIDTH = 17;

export const command: Command = {
  usage: 'operator autopilot state [options]',
  about: 'Shows what autopilot knows of the servers: who is well, who votes, how many may fail.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'format', kind: 'string', usage: 'pretty or json. Default pretty.' },
  ],
  async run(options: Options): Promise<number> {
    const format = options.text('format') || 'pretty';
    if (format !== 'pretty' && format !== 'json') return fail(`Unknown format: ${format}`);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error initializing client: ${connected.error}`);
    const answer = await connected.client.decoded('/v1/operator/autopilot/state', serverQuery(options), state);
    if (!answer.ok) return fail(`Error querying Autopilot state: ${answer.error}`);
    print(format === 'json' ? JSON.stringify(answer.value, null, JSON_INDENT) : pretty(answer.value));
    return 0;
  },
};

function pretty(state: State): string {
  const line = (label: string, value: unknown): string => `${`${label}:`.padEnd(LABEL_WIDTH)}${String(value)}`;
  return [
    line('Healthy', state.Healthy),
    line('Failure Tolerance', state.FailureTolerance),
    line('Optimistic Failure Tolerance', state.OptimisticFailureTolerance),
    line('Leader', state.Leader),
    'Voters:',
    ...(state.Voters ?? []).map((id) => `   ${id}`),
    'Servers:',
    ...sorted(state.Servers ?? {}).flatMap(([id, server]) => [`   ${id}`, ...ofServer(server)]),
  ].join('\n');
}

function ofServer(server: Server): readonly string[] {
  const line = (label: string, value: unknown): string =>
    `      ${`${label}:`.padEnd(SERVER_LABEL_WIDTH)}${String(value)}`;
  return [
    line('Name', server.Name),
    line('Address', server.Address),
    line('Version', server.Version),
    line('Status', server.Status),
    line('Node Type', server.NodeType),
    line('Node Status', server.NodeStatus),
    line('Healthy', server.Healthy),
    line('Last Contact', server.LastContact),
    line('Last Term', server.LastTerm),
    line('Last Index', server.LastIndex),
    '      Meta',
    ...sorted(server.Meta ?? {}).map(([name, value]) => `         ${JSON.stringify(name)}: ${JSON.stringify(value)}`),
  ];
}

function sorted<T>(map: { readonly [key: string]: T }): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => compareUtf8(a, b));
}
