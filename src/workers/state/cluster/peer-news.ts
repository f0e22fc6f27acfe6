// What the raft worker is told of the LAN pool: where the servers of this datacenter are and what they take, whatever Raft's
// configuration says (it can't be changed while a majority has moved), and which of them is suspected. Both are hints: by a wrong
// one a server is dialed in vain, or votes are asked for that nobody gives.

import { isServer } from '../../../wire/gossip/member-tags.js';
import { MEMBER_STATUS, type Member, type MemberChanges } from '../../../wire/gossip-pools.js';
import type { KnownPeer } from '../../../wire/raft/raft-port.js';
import { isThere, type KnownServer, serverOf, serversAmong } from './known-servers.js';

export interface PeerNewsOptions {
  readonly datacenter: string;
  /** Of the LAN pool. */
  readonly members: () => readonly Member[];
  readonly member: (name: string) => Member | undefined;
  /** By ID; what was told before is forgotten. */
  readonly tellPeers: (peers: ReadonlyMap<string, KnownPeer>) => void;
  readonly tellSuspected: (id: string) => void;
}

export class PeerNews {
  readonly #options: PeerNewsOptions;
  #names: ReadonlySet<string> = new Set();
  #told: ReadonlyMap<string, KnownPeer> = new Map();

  constructor(options: PeerNewsOptions) {
    this.#options = options;
  }

  membersChanged({ changed, removed }: MemberChanges): void {
    const servers = changed.filter(isServer);
    if (servers.length > 0 || removed.some((name) => this.#names.has(name))) this.#look();
    for (const { status, name } of servers) if (status === MEMBER_STATUS.failed) this.suspected(name);
  }

  /** One member at least got no answer of it. */
  suspected(name: string): void {
    const { member, datacenter, tellSuspected } = this.#options;
    const known = member(name);
    const server = known === undefined ? null : serverOf(known, datacenter);
    if (server !== null && server.id !== '') tellSuspected(server.id);
  }

  #look(): void {
    const { members, datacenter, tellPeers } = this.#options;
    const servers = serversAmong(members(), datacenter);
    this.#names = new Set(servers.map(({ name }) => name));
    const peers = peersAmong(servers);
    if (isSame(peers, this.#told)) return;
    this.#told = peers;
    tellPeers(peers);
  }
}

/** Of two with one ID, as a server that got another name, the one that is there. */
function peersAmong(servers: readonly KnownServer[]): ReadonlyMap<string, KnownPeer> {
  const placed = servers.filter(({ id, status }) => id !== '' && status !== MEMBER_STATUS.left);
  const inOrder = [...placed.filter((server) => !isThere(server)), ...placed.filter(isThere)];
  return new Map(inOrder.map(({ id, address, takesPackedLog: takesPacked }) => [id, { address, takesPacked }]));
}

function isSame(a: ReadonlyMap<string, KnownPeer>, b: ReadonlyMap<string, KnownPeer>): boolean {
  const isKnown = (id: string, { address, takesPacked }: KnownPeer): boolean =>
    b.get(id)?.address === address && b.get(id)?.takesPacked === takesPacked;
  return a.size === b.size && [...a].every(([id, peer]) => isKnown(id, peer));
}
