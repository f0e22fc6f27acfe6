// Configuration entries as bytes: msgpack `{Servers: [{Address, ID, Suffrage}, …]}` in hashicorp/raft's flavour (old raw
// strings, sorted keys; spec/raft.md sections 2 and 6), and the legacy peer list of meta.json.

import { decode, encode } from '../../../msgpack/codec.js';
import { list } from '../../../msgpack/collections.js';
import { int, textOrBinary } from '../../../msgpack/kinds.js';
import { struct } from '../../../msgpack/struct.js';
import type { Configuration, Server, Suffrage } from './configuration.js';

const SUFFRAGES: readonly Suffrage[] = ['voter', 'nonvoter', 'staging'];

interface WireServer {
  readonly Address: string;
  readonly ID: string;
  readonly Suffrage: number;
}
interface WireConfiguration {
  readonly Servers: readonly WireServer[] | null;
}
const wireConfiguration = struct<WireConfiguration>({
  Servers: list(struct<WireServer>({ Address: textOrBinary, ID: textOrBinary, Suffrage: int })),
});
const peers = list(textOrBinary);

export function encodeConfiguration(configuration: Configuration): Uint8Array {
  const Servers = configuration.servers.map((server) => ({
    Address: server.address,
    ID: server.id,
    Suffrage: SUFFRAGES.indexOf(server.suffrage),
  }));
  return encode(wireConfiguration, { Servers });
}

/** `Peers` of meta.json: the voters' addresses. */
export function encodePeers(configuration: Configuration): Uint8Array {
  const voters = configuration.servers.filter((server) => server.suffrage === 'voter');
  return encode(
    peers,
    voters.map((voter) => voter.address),
  );
}

const NIL = 0xc0;

/** null when the bytes are no configuration. */
export function decodeConfiguration(bytes: Uint8Array): Configuration | null {
  const read = decode(wireConfiguration, bytes);
  if (!read.ok || bytes[0] === NIL) return null;
  const servers: Server[] = [];
  for (const { Address, ID, Suffrage } of read.value.Servers ?? []) {
    const suffrage = SUFFRAGES[Suffrage];
    if (suffrage === undefined) return null;
    servers.push({ suffrage, id: ID, address: Address });
  }
  return { servers };
}
