// Whom an agent without a certificate asks for one: the servers that the LAN pool shows, and before it shows any, those that
// `retry_join` names, at the port where this agent would have its own servers (`ports.server`).

import { joinHostPort } from '../../../gotext/host-port.js';

/** A host as `retry_join` has it: with a port, which is the pool's and of no use here, or without. */
function hostOf(entry: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(entry);
  if (bracketed !== null) return bracketed[1] ?? '';
  const colons = entry.split(':').length - 1;
  return colons === 1 ? entry.slice(0, entry.indexOf(':')) : entry;
}

/** `servers`: `host:port` of those that are known. Each address once, in order. */
export function addressesToAsk(
  servers: readonly string[],
  retryJoin: readonly string[],
  port: number,
): readonly string[] {
  const hosts = retryJoin.filter((entry) => !entry.includes('provider=')).map(hostOf);
  const named = hosts.filter((host) => host !== '').map((host) => joinHostPort(host, port));
  return [...new Set(servers.length > 0 ? servers : named)];
}
