// Who is in the cluster. A configuration is itself a log entry; it takes effect when appended (the *latest*) and can be
// relied on once committed. Rules and error texts: spec/raft.md, section 6.

import type { LogIndex, ServerId } from './entry.js';

export type Suffrage = 'voter' | 'nonvoter' | 'staging';

export interface Server {
  readonly suffrage: Suffrage;
  readonly id: ServerId;
  /** `host:port`. */
  readonly address: string;
}

export interface Configuration {
  readonly servers: readonly Server[];
}

/** A configuration and the entry it came from; index 0 with no servers before any. */
export interface PlacedConfiguration {
  readonly index: LogIndex;
  readonly configuration: Configuration;
}

export function votersOf(configuration: Configuration): readonly ServerId[] {
  return configuration.servers.filter((server) => server.suffrage === 'voter').map((server) => server.id);
}

export function isSoleVoter(configuration: Configuration, id: ServerId): boolean {
  const voters = votersOf(configuration);
  return voters.length === 1 && voters[0] === id;
}

/** null when valid, else what is wrong with it. */
export function problemOf(configuration: Configuration): string | null {
  const ids = new Set<string>();
  const addresses = new Set<string>();
  for (const { id, address } of configuration.servers) {
    if (id === '') return `empty ID in configuration: ${describe(configuration)}`;
    if (address === '') return `empty address in configuration: ${describe(configuration)}`;
    if (ids.has(id)) return `found duplicate ID in configuration: ${id}`;
    if (addresses.has(address)) return `found duplicate address in configuration: ${address}`;
    ids.add(id);
    addresses.add(address);
  }
  if (votersOf(configuration).length === 0)
    return `need at least one voter in configuration: ${describe(configuration)}`;
  return null;
}

const SUFFRAGE_NAME: { readonly [suffrage in Suffrage]: string } = {
  voter: 'Voter',
  nonvoter: 'Nonvoter',
  staging: 'Staging',
};

/** As Consul's log lines show it: `[{Suffrage:Voter ID:… Address:…}]`. */
export function describe(configuration: Configuration): string {
  const servers = configuration.servers.map(
    ({ suffrage, id, address }) => `{Suffrage:${SUFFRAGE_NAME[suffrage]} ID:${id} Address:${address}}`,
  );
  return `[${servers.join(' ')}]`;
}
