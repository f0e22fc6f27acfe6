// What the raft worker is told of the LAN pool: where the servers of this datacenter are, whatever Raft's configuration says (it
// can't be changed while a majority has moved), and which of them is suspected. Both are hints: by a wrong one a server is dialed
// in vain, or votes are asked for that nobody gives.

import { MEMBER_STATUS, type Member, type MemberChanges } from '../../../wire/gossip-pools.js';
import { isServer } from '../../../wire/member-tags.js';
import { isThere, type KnownServer, serverOf, serversAmong } from './known-servers.js';

export interface PeerNewsOptions {
  readonly datacenter: string;
  /** Of the LAN pool. */
  readonly members: () => readonly Member[];
  readonly member: (name: string) => Member | undefined;
  /** `host:port` by ID; what was told before is forgotten. */
  readonly tellAddresses: (addresses: ReadonlyMap<string, string>) => void;
  readonly tellSuspected: (id: string) => void;
}

export class PeerNews {
  readonly #options: PeerNewsOptions;
  #names: ReadonlySet<string> = new Set();
  #told: ReadonlyMap<string, string> = new Map();

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
    const { members, datacenter, tellAddresses } = this.#options;
    const servers = serversAmong(members(), datacenter);
    this.#names = new Set(servers.map(({ name }) => name));
    const addresses = addressesOf(servers);
    if (isSame(addresses, this.#told)) return;
    this.#told = addresses;
    tellAddresses(addresses);
  }
}

/** Of two with one ID, as a server that got another name, the one that is there. */
function addressesOf(servers: readonly KnownServer[]): ReadonlyMap<string, string> {
  const placed = servers.filter(({ id, status }) => id !== '' && status !== MEMBER_STATUS.left);
  const inOrder = [...placed.filter((server) => !isThere(server)), ...placed.filter(isThere)];
  return new Map(inOrder.map(({ id, address }) => [id, address]));
}

function isSame(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): boolean {
  return a.size === b.size && [...a].every(([id, address]) => b.get(id) === address);
}
