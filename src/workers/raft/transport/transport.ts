// The way to the other servers, as the shell sees it. A transport may lose messages, bring them late, twice or in another
// order; it never changes one. The simulator has one of its own.

import type { KnownPeer } from '../../../wire/raft/raft-port.js';
import type { ServerId } from '../core/entry.js';
import type { Incoming } from '../core/message.js';
import type { InstallRequest } from '../snapshot/snapshot-installer.js';

export type PeerMessage = Incoming | InstallRequest;

export interface Transport {
  /** The message belongs to the transport afterwards; payloads in it are not changed by anybody. */
  send(message: PeerMessage): void;
  /** What gossip says of servers, by ID: where they are, whatever their configuration says. */
  tellPeers(peers: ReadonlyMap<ServerId, KnownPeer>): void;
}
