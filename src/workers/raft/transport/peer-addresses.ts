// Where the other servers are: what gossip says of an ID, and what the Raft configuration says where gossip says nothing
// (spec/raft.md, section 1).

import type { KnownPeer } from '../../../wire/raft/raft-port.js';
import type { Configuration } from '../core/configuration.js';
import type { ServerId } from '../core/entry.js';
import type { Destination } from './line.js';

const ADDRESS = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/;

export class PeerAddresses {
  readonly #configuration: () => Configuration;
  #told: ReadonlyMap<ServerId, KnownPeer> = new Map();

  constructor(configuration: () => Configuration) {
    this.#configuration = configuration;
  }

  /** What gossip knows now; what it said before is forgotten. */
  tell(peers: ReadonlyMap<ServerId, KnownPeer>): void {
    this.#told = peers;
  }

  /** Whether it takes packed requests (packing.ts). */
  takesPacked(id: ServerId): boolean {
    return this.#told.get(id)?.takesPacked === true;
  }

  /** null when it isn't known, or no `host:port`. */
  of(id: ServerId): Destination | null {
    const address =
      this.#told.get(id)?.address ?? this.#configuration().servers.find((server) => server.id === id)?.address;
    const [, bracketed, plain, port] = ADDRESS.exec(address ?? '') ?? [];
    const host = bracketed ?? plain;
    return host === undefined || Number(port) > 65535 ? null : { host, port: Number(port) };
  }

  /** Who has this address in the configuration. */
  idAt(address: string): ServerId | null {
    return this.#configuration().servers.find((server) => server.address === address)?.id ?? null;
  }
}
