// Host names to addresses, with the system's resolver (hosts file, search domains), as checks always did. Checks of one
// host that ask at the same time share one look-up, because getaddrinfo blocks a thread of the pool that disks use too.

import dns from 'node:dns';
import { joinHostPort } from '../../../gotext/host-port.js';

type Resolved =
  | { readonly ok: true; readonly addresses: readonly string[] }
  | { readonly ok: false; readonly error: unknown };

const waiting = new Map<string, ((result: Resolved) => void)[]>();

/** Resolves `host`; the callback comes in a later turn. It can't be cancelled: ignore it. */
export function resolveHost(host: string, done: (result: Resolved) => void): void {
  const others = waiting.get(host);
  if (others !== undefined) {
    others.push(done);
    return;
  }
  waiting.set(host, [done]);
  dns.lookup(host, { all: true, verbatim: true }, (error, addresses) => {
    const callbacks = waiting.get(host) ?? [];
    waiting.delete(host);
    const result: Resolved = error
      ? { ok: false, error }
      : { ok: true, addresses: addresses.map(({ address }) => address) };
    for (const callback of callbacks) callback(result);
  });
}

/** The first name server, as error texts name it: `10.0.0.53:53`. Empty when none is known. */
export function resolverAddress(): string {
  const server = dns.getServers()[0];
  if (server === undefined) return '';
  if (/^\[.*\]:\d+$|^[\d.]+:\d+$/.test(server)) return server;
  return joinHostPort(server, 53);
}
