// How many connections each client address holds (limits.http_max_conns_per_client; spec/http.md, section 6).

import type net from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';

export class ClientLimit {
  readonly #open = new Map<string, number>();
  #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  /** Holds for connections to come; those that are open stay. */
  setMax(max: number): void {
    this.#max = max;
  }

  /** False when the client has its number already; otherwise the connection counts until {@link leave}. */
  enter(client: string): boolean {
    const open = this.#open.get(client) ?? 0;
    if (this.#max > 0 && open >= this.#max) return false;
    this.#open.set(client, open + 1);
    return true;
  }

  isFull(client: string): boolean {
    return this.#max > 0 && (this.#open.get(client) ?? 0) >= this.#max;
  }

  leave(client: string): void {
    const open = this.#open.get(client) ?? 0;
    if (open <= 1) this.#open.delete(client);
    else this.#open.set(client, open - 1);
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
