// Acks and answers to queries (spec/gossip.md, section 13): straight to whoever asked, and where wanted by way of other
// members, too.

import { encode } from '../../../../msgpack/codec.js';
import { below } from '../../../../random/random.js';
import { type Address, ipOf, type NodeRecord, protocolMax } from '../../core/node.js';
import type { IncomingQuery } from '../pool/output.js';
import type { SerfPool } from '../pool/serf-pool.js';
import {
  QUERY_RESPONSE,
  queryResponse,
  RELAY,
  RESPONSE_IS_ACK,
  type RelayHeader,
  relayHeader,
} from '../protocol/messages.js';
import { ReceivedQuery } from './received-query.js';

/** From this version on members pass messages on. */
const RELAY_VERSION = 5;

export class Responses {
  readonly #pool: SerfPool;

  constructor(pool: SerfPool) {
    this.#pool = pool;
  }

  #encode(query: ReceivedQuery, Flags: number, Payload: Uint8Array | null): Uint8Array {
    const From = this.#pool.options.self.name;
    return encode(queryResponse, { LTime: query.lTime, ID: query.id, From, Flags, Payload }, QUERY_RESPONSE);
  }

  get #limit(): number {
    return this.#pool.options.serf.queryResponseSizeLimit;
  }

  /** Says that the query has arrived. */
  ack(query: ReceivedQuery): void {
    const problem = this.#send(query, this.#encode(query, RESPONSE_IS_ACK, null));
    if (problem !== null) this.#pool.out.log('error', `failed to relay ack: ${problem}`);
  }

  /** Whether an answer is short enough. */
  fits(query: ReceivedQuery, payload: Uint8Array): boolean {
    return this.#encode(query, 0, payload).length <= this.#limit;
  }

  /** Answers once. The problem, or null. */
  respond(query: IncomingQuery, payload: Uint8Array, nowMs: number): string | null {
    if (!(query instanceof ReceivedQuery)) return 'the query came from elsewhere';
    const message = this.#encode(query, 0, payload);
    if (message.length > this.#limit) return `response exceeds limit of ${this.#limit} bytes`;
    if (query.isAnswered) return 'response already sent';
    if (nowMs > query.deadlineMs) return 'response is past the deadline';
    const problem = this.#send(query, message);
    if (problem === null) query.isAnswered = true;
    return problem;
  }

  #send(query: ReceivedQuery, message: Uint8Array): string | null {
    if (query.source === null) return null;
    this.#pool.core.sendUser(query.source, message, null);
    return this.#relay(query, query.source, message);
  }

  /** Lets up to as many others as the query asks for pass the message on. */
  #relay(query: ReceivedQuery, to: Address, message: Uint8Array): string | null {
    const { core, members } = this.#pool;
    if (query.relayFactor === 0 || members.size < query.relayFactor + 1) return null;
    const header: RelayHeader = { DestAddr: { IP: to.ip, Port: to.port, Zone: '' }, DestName: query.sourceNode };
    const wrapped = Buffer.concat([encode(relayHeader, header, RELAY), message]);
    if (wrapped.length > this.#limit) return `relayed response exceeds limit of ${this.#limit} bytes`;
    for (const node of this.#pickRelays(query.relayFactor)) core.sendUser(node.address, wrapped, null);
    return null;
  }

  #pickRelays(count: number): Set<Readonly<NodeRecord>> {
    const { core, members, options } = this.#pool;
    const { nodes } = core;
    const picked = new Set<Readonly<NodeRecord>>();
    for (let draws = 3 * nodes.length; draws > 0 && picked.size < count; draws -= 1) {
      const node = nodes[below(options.random, nodes.length)];
      if (node === undefined || node.name === options.self.name || protocolMax(node) < RELAY_VERSION) continue;
      if (members.get(node.name)?.status === 'alive') picked.add(node);
    }
    return picked;
  }

  /** Passes on what another member wrapped. */
  forward(header: RelayHeader, inner: Uint8Array): void {
    const ip = ipOf(header.DestAddr.IP);
    const port = header.DestAddr.Port;
    if (ip === null || port < 1 || port > 65535) return;
    if (inner.length > this.#limit) {
      this.#pool.out.log('warn', `not relaying a message of ${inner.length} bytes`);
      return;
    }
    this.#pool.core.sendUser({ ip, port }, inner, null);
  }
}
