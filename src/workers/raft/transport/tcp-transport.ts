// The way to the other servers over TCP: requests leave on connections that this server opens, answers on those by which the
// requests came. It loses what it can't deliver, and changes nothing.

import type { MessagePort } from 'node:worker_threads';
import type { Logger } from '../../../observe/logger.js';
import { IN_CLEAR, type ServerDialer } from '../../../tls/server-dialer.js';
import type { KnownPeer } from '../../../wire/raft/raft-port.js';
import type { Configuration } from '../core/configuration.js';
import type { ServerId, Term } from '../core/entry.js';
import type { AppendRequest } from '../core/message.js';
import type { Lost } from '../core/progress.js';
import { AppendEncoder } from './append-encoder.js';
import { LeaderWatch } from './leader-watch.js';
import type { Destination } from './line.js';
import { Packer } from './packing.js';
import { Peer } from './peer.js';
import { PeerAddresses } from './peer-addresses.js';
import { PendingAnswers } from './pending-answers.js';
import { type PeerStream, RelayedStreams, type StreamReader } from './relayed-streams.js';
import type { Self } from './requests.js';
import { type ServedBy, ServedConnection } from './served-connection.js';
import type { PeerMessage, Transport } from './transport.js';
import { UnfinishedBytes } from './unfinished-bytes.js';

/** Connections of others at a time; a server opens five or so. */
const MOST_STREAMS = 256;

/** The server that speaks by this transport. */
export interface ConnectedServer {
  readonly term: Term;
  readonly lastIndex: number;
  readonly configuration: Configuration;
  /** Whom it follows, and when it heard a leader last. */
  readonly leader: ServerId | null;
  readonly contactMs: number;
  receive(message: PeerMessage): void;
  /** Requests to this server got lost on the way. */
  lost(to: ServerId, kind: Lost): void;
  /** A part of a message of this server has come. */
  stirs(server: ServerId): void;
  leaderGone(leader: ServerId): void;
  turn(): void;
}

export interface TransportParts {
  readonly self: Self;
  readonly streams: MessagePort;
  readonly logger: Logger;
  readonly now: () => number;
  readonly dialer?: ServerDialer;
}

function isSamePlace(a: Destination | null, b: Destination | null): boolean {
  return a?.host === b?.host && a?.port === b?.port;
}

export class TcpTransport implements Transport {
  readonly #parts: TransportParts;
  readonly #pending = new PendingAnswers();
  readonly #encoder: AppendEncoder;
  readonly #packer = new Packer();
  readonly #unfinished = new UnfinishedBytes();
  readonly #peers = new Map<ServerId, Peer>();
  readonly #served = new Set<ServedConnection>();
  readonly #streams: RelayedStreams;
  readonly #watch: LeaderWatch;
  readonly #addresses = new PeerAddresses(() => this.#server?.configuration ?? { servers: [] });
  /** null before the start is over: then nobody is served. */
  #server: ConnectedServer | null = null;

  constructor(parts: TransportParts) {
    this.#parts = parts;
    this.#encoder = new AppendEncoder(parts.self);
    this.#watch = new LeaderWatch({
      leader: () => this.#server?.leader ?? null,
      contactMs: () => this.#server?.contactMs ?? 0,
      destination: (id) => this.#addresses.of(id),
      gone: (leader) => this.#leaderGone(leader),
      now: parts.now,
    });
    this.#streams = new RelayedStreams(parts.streams, (stream) => this.#serve(stream));
  }

  connect(server: ConnectedServer): void {
    this.#server = server;
  }

  /** What gossip says of servers. */
  tellPeers(peers: ReadonlyMap<ServerId, KnownPeer>): void {
    const before = [...this.#peers].map(([id, peer]) => ({ id, peer, destination: this.#addresses.of(id) }));
    this.#addresses.tell(peers);
    for (const { id, peer, destination } of before) {
      if (!isSamePlace(destination, this.#addresses.of(id))) peer.moved();
    }
  }

  send(message: PeerMessage): void {
    switch (message.kind) {
      case 'vote-answer':
      case 'pre-vote-answer':
      case 'append-answer':
      case 'heartbeat-answer':
      case 'install-answer':
        this.#pending.answered(message);
        return;
      default:
        // After the end nobody is dialed any more.
        if (this.#server !== null) this.#peer(message.to).send(message);
    }
  }

  close(): void {
    this.#server = null;
    this.#watch.close();
    for (const peer of this.#peers.values()) peer.close();
    this.#peers.clear();
    for (const connection of this.#served) connection.close();
    this.#streams.close();
  }

  #peer(id: ServerId): Peer {
    let peer = this.#peers.get(id);
    if (peer === undefined) {
      const { self, logger, now, dialer = IN_CLEAR } = this.#parts;
      const destination = () => this.#addresses.of(id);
      const answered = (message: PeerMessage): void => this.#heard(message);
      const lost = (kind: Lost): void => this.#server?.lost(id, kind);
      const encodeAppend = (request: AppendRequest): Uint8Array => {
        const plain = this.#encoder.encode(request);
        return this.#addresses.takesPacked(id) ? this.#packer.pack(plain) : plain;
      };
      peer = new Peer({ id, self, destination, logger, now, encodeAppend, answered, lost, dialer });
      this.#peers.set(id, peer);
    }
    return peer;
  }

  #heard(message: PeerMessage): void {
    this.#server?.receive(message);
    this.#server?.turn();
  }

  #leaderGone(leader: ServerId): void {
    this.#server?.leaderGone(leader);
    this.#server?.turn();
  }

  #serve(stream: PeerStream): StreamReader {
    const server = this.#server;
    if (server === null || this.#served.size >= MOST_STREAMS) {
      stream.close();
      return { received: () => {}, ended: () => {} };
    }
    const { self, logger } = this.#parts;
    const served: ServedBy = {
      id: self.id,
      get term() {
        return server.term;
      },
      get lastIndex() {
        return server.lastIndex;
      },
      idAt: (address) => this.#addresses.idAt(address),
      heard: (from) => this.#peers.get(from)?.wake(),
      stirs: (from) => server.stirs(from),
      receive: (message) => server.receive(message),
      turn: () => server.turn(),
    };
    const over = (speaker: ServerId | null): void => {
      this.#served.delete(connection);
      if (speaker !== null) this.#watch.ended(speaker);
    };
    const parts = { self, server: served, pending: this.#pending, unfinished: this.#unfinished, logger };
    const connection = new ServedConnection(stream, parts, over);
    this.#served.add(connection);
    return connection;
  }
}
