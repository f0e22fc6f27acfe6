// `lictor rtt`: the round trip between two nodes, told from their network coordinates without asking either.

import { quote } from '../../gotext/quote.js';
import { distanceNs } from '../../wire/coordinate.js';
import type { Coordinate } from '../../wire/gossip-pools.js';
import type { Command, Options } from '../command/command.js';
import { fail, print } from '../command/command.js';
import { failWithHelp } from '../command/usage.js';
import type { Client, Parsed } from '../http/client.js';
import { connect } from '../http/client.js';
import { CLIENT_FLAGS } from '../http/flags.js';
import { ownNode } from '../http/own-node.js';

interface Located {
  readonly Node: string;
  readonly Coord: Coordinate;
}

interface Datacenter {
  readonly Datacenter: string;
  readonly Coordinates: readonly Located[] | null;
}

export const command: Command = {
  usage: 'rtt [options] node1 [node2]',
  about:
    "Estimates the round-trip time between two nodes from their network coordinates. node2 is the agent's own node\n" +
    'if it is left out.',
  flags: [
    ...CLIENT_FLAGS,
    {
      name: 'wan',
      kind: 'bool',
      usage: 'Between servers of all datacenters: names are <node name>.<datacenter>.',
    },
  ],
  async run(options: Options): Promise<number> {
    const [first, second] = options.words;
    if (first === undefined || options.words.length > 2) {
      return failWithHelp('One or two node names must be specified', command);
    }
    const wan = options.isOn('wan');
    if (wan && !options.words.every((name) => name.includes('.'))) {
      return fail('Node names must be specified as <node name>.<datacenter> with -wan');
    }
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const { client } = connected;
    const other = second === undefined ? await ownName(client, wan) : ({ ok: true, value: second } as const);
    if (!other.ok) return fail(`Unable to look up agent info: ${other.error}`);
    const places = wan ? await wanPlaces(client) : await lanPlaces(client);
    if (!places.ok) return fail(`Error getting coordinates: ${places.error}`);
    const from = places.value.get(first);
    if (from === undefined) return fail(`Could not find a coordinate for node ${quote(first)}`);
    const to = places.value.get(other.value);
    if (to === undefined) return fail(`Could not find a coordinate for node ${quote(other.value)}`);
    const time = milliseconds(distanceNs(from, to));
    print(`Estimated ${first} <-> ${other.value} rtt: ${time} ms (using ${wan ? 'WAN' : 'LAN'} coordinates)`);
    return 0;
  },
};

async function ownName(client: Client, wan: boolean): Promise<Parsed<string>> {
  const self = await ownNode(client);
  if (!self.ok) return self;
  const { name, datacenter } = self.value;
  return { ok: true, value: wan ? `${name}.${datacenter}` : name };
}

async function lanPlaces(client: Client): Promise<Parsed<ReadonlyMap<string, Coordinate>>> {
  const answer = await client.json<readonly Located[]>('/v1/coordinate/nodes');
  return answer.ok ? { ok: true, value: new Map(answer.value.map(({ Node, Coord }) => [Node, Coord])) } : answer;
}

async function wanPlaces(client: Client): Promise<Parsed<ReadonlyMap<string, Coordinate>>> {
  const answer = await client.json<readonly Datacenter[]>('/v1/coordinate/datacenters');
  if (!answer.ok) return answer;
  const places = answer.value.flatMap(({ Datacenter, Coordinates }) =>
    (Coordinates ?? []).map(({ Node, Coord }) => [`${Node}.${Datacenter}`, Coord] as const),
  );
  return { ok: true, value: new Map(places) };
}

/** Three digits as Go rounds them: what lies exactly between two (only sixteenths can) goes to the even one. */
function milliseconds(ns: number): string {
  const exact = ns / 1e6;
  if (Math.abs((exact * 16) % 2) !== 1) return exact.toFixed(3);
  const below = Math.floor(exact * 1000);
  return ((below + (below % 2)) / 1000).toFixed(3);
}
