// How many connections each client address holds (limits.http_max_conns_per_client; spec/http.md, section 6).

import type net from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import { type ClientCounts, OwnCounts } from './client-counts.js';

export class ClientLimit {
  readonly #counts: ClientCounts;
  #max: number;

  constructor(max: number, counts: ClientCounts = new OwnCounts()) {
    this.#max = max;
    this.#counts = counts;
  }

  /** Holds for connections to come; those that are open stay. */
  setMax(max: number): void {
    this.#max = max;
  }

  /** False when the client has its number already; otherwise the connection counts until {@link leave}. */
  enter(client: string): boolean {
    return this.#counts.enter(client, this.#max);
  }

  /** Whether any client can have its number: while all of them together have fewer, none has. */
  get mayBeReached(): boolean {
    return this.#max > 0 && this.#counts.total >= this.#max;
  }

  isFull(client: string): boolean {
    return this.#max > 0 && this.#counts.of(client) >= this.#max;
  }

  leave(client: string): void {
    this.#counts.leave(client);
  }
}

/** `host:port` of the other side; "" when it has gone. */
export function remoteAddress({ remoteAddress, remotePort }: net.Socket): string {
  return remotePort === undefined ? '' : joinHostPort(plainAddress(remoteAddress), remotePort);
}

/** `::ffff:10.0.0.1`, as a dual-stack listener sees IPv4 clients, is 10.0.0.1. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
