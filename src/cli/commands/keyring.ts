// `lictor keyring`: the keys of encrypted gossip, listed and changed in all pools at once.

import { compareUtf8 } from '../../gotext/utf8-order.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { commandHelp } from '../command/usage.js';
import type { Answer, Client, Query } from '../http/client.js';
import { connect, parsed } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';

/** What one gossip pool answered. */
interface Pool {
  readonly WAN: boolean;
  readonly Datacenter: string;
  readonly Segment: string;
  /** Remarks by node. */
  readonly Messages?: { readonly [node: string]: string } | null;
  /** How many nodes have a key. */
  readonly Keys: { readonly [key: string]: number } | null;
  readonly PrimaryKeys: { readonly [key: string]: number } | null;
  readonly NumNodes: number;
}

interface Action {
  readonly flag: string;
  readonly announcement: string;
  readonly request: (client: Client, query: Query, key: string) => Promise<Answer>;
  /** The keys to show, where the action is a list. */
  readonly keys?: (pool: Pool) => Pool['Keys'];
}

const PATH = '/v1/operator/keyring';
const MAX_RELAY_FACTOR = 5;
const body = (key: string): string => JSON.stringify({ Key: key });
const list: Action['request'] = (client, query) => client.get(PATH, query);

const ACTIONS: readonly Action[] = [
  {
    flag: 'install',
    announcement: 'Installing new gossip encryption key...',
    request: (client, query, key) => client.post(PATH, query, body(key)),
  },
  {
    flag: 'list',
    announcement: 'Gathering installed encryption keys...',
    request: list,
    keys: ({ Keys }) => Keys,
  },
  {
    flag: 'list-primary',
    announcement: 'Gathering installed primary encryption keys...',
    request: list,
    keys: ({ PrimaryKeys }) => PrimaryKeys,
  },
  {
    flag: 'remove',
    announcement: 'Removing gossip encryption key...',
    request: (client, query, key) => client.delete(PATH, query, body(key)),
  },
  {
    flag: 'use',
    announcement: 'Changing primary gossip encryption key...',
    request: (client, query, key) => client.put(PATH, query, body(key)),
  },
];

export const command: Command = {
  usage: 'keyring [options]',
  about:
    'Lists and changes the keys of encrypted gossip, in the LAN pools of all datacenters and the WAN pool.\n' +
    'To change the key: -install the new one, -use it, then -remove the old one. One of them at a time.',
  flags: [
    ...CLIENT_FLAGS,
    { name: 'install', kind: 'string', usage: 'Hand this key to all nodes.' },
    { name: 'list', kind: 'bool', usage: 'Show all keys and how many nodes have them.' },
    { name: 'list-primary', kind: 'bool', usage: 'Show the keys that messages are encrypted with.' },
    { name: 'local-only', kind: 'bool', usage: 'Ask only servers of this datacenter; for lists.' },
    {
      name: 'relay-factor',
      kind: 'int',
      usage: 'Answers also come by way of this many other nodes, 0 to 5. Default 0.',
    },
    { name: 'remove', kind: 'string', usage: 'Take this key off all nodes. It must not be the one in use.' },
    { name: 'use', kind: 'string', usage: 'Encrypt with this key, which is installed already.' },
  ],
  async run(options: Options): Promise<number> {
    const chosen = ACTIONS.filter(({ flag, keys }) => (keys ? options.isOn(flag) : options.text(flag) !== ''));
    const [action] = chosen;
    if (action === undefined) return fail(commandHelp(command).trimEnd());
    if (chosen.length > 1) return fail('Only a single action is allowed');
    const problem = optionProblem(options, action);
    if (problem !== null) return fail(problem);
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    print(`==> ${action.announcement}`);
    const answer = await action.request(connected.client, query(options), options.text(action.flag));
    if (!answer.ok) return fail(`error: ${answer.error}`);
    return action.keys === undefined ? 0 : show(answer, action.keys);
  },
};

function optionProblem(options: Options, action: Action): string | null {
  const relayFactor = Number(options.text('relay-factor'));
  if (relayFactor < 0 || relayFactor > MAX_RELAY_FACTOR) {
    return `Error parsing relay factor: Relay factor must be in range: [0, ${MAX_RELAY_FACTOR}]`;
  }
  const isList = action.keys !== undefined;
  return options.isOn('local-only') && !isList
    ? 'Error validating local-only: local-only can only be set for list requests'
    : null;
}

function query(options: Options): Query {
  const relayFactor = Number(options.text('relay-factor'));
  return [
    ...(relayFactor === 0 ? [] : [['relay-factor', String(relayFactor)] as const]),
    ...(options.isOn('local-only') ? [['local-only', 'true'] as const] : []),
  ];
}

function show(answer: Answer, keys: (pool: Pool) => Pool['Keys']): number {
  const pools = parsed<readonly Pool[]>(answer);
  if (!pools.ok) return fail(`error: ${pools.error}`);
  for (const pool of pools.value) {
    print(`\n${heading(pool)}:`);
    for (const [node, message] of sorted(pool.Messages)) print(`  ${node}: ${message}`);
    for (const [key, count] of sorted(keys(pool))) print(`  ${key} [${count}/${pool.NumNodes}]`);
  }
  return 0;
}

function heading({ WAN, Datacenter, Segment }: Pool): string {
  if (WAN) return 'WAN';
  return `${Datacenter} (LAN)${Segment === '' ? '' : ` [${Segment}]`}`;
}

function sorted<T>(fields: { readonly [name: string]: T } | null | undefined): [string, T][] {
  return Object.entries(fields ?? {}).sort(([a], [b]) => compareUtf8(a, b));
}
