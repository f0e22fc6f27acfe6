// `host:port` taken apart with the outcome and the error texts of Go's net package, which tcp, udp, gRPC and H2 checks
// show when an address is no address.

import { isIP } from 'node:net';

interface HostPort {
  readonly host: string;
  readonly port: number;
}
type ParsedAddress = { readonly ok: true; readonly value: HostPort } | { readonly ok: false; readonly error: string };

/** Ports that Go knows by name without any file. */
const NAMED_PORTS: ReadonlyMap<string, number> = new Map([
  ['domain', 53],
  ['ftp', 21],
  ['ftps', 990],
  ['gopher', 70],
  ['http', 80],
  ['https', 443],
  ['imap2', 143],
  ['imap3', 220],
  ['imaps', 993],
  ['pop3', 110],
  ['pop3s', 995],
  ['smtp', 25],
  ['submissions', 465],
  ['ssh', 22],
  ['telnet', 23],
]);

function refused(address: string, why: string): ParsedAddress {
  return { ok: false, error: `address ${address}: ${why}` };
}

/** Parses `host:port`, `[v6]:port`, `:port`. The error lacks the `dial tcp: ` in front. */
export function parseAddress(network: string, address: string): ParsedAddress {
  const colon = address.lastIndexOf(':');
  if (colon === -1) return refused(address, 'missing port in address');
  let host: string;
  if (address.startsWith('[')) {
    const end = address.indexOf(']');
    if (end === -1) return refused(address, "missing ']' in address");
    if (end + 1 === address.length) return refused(address, 'missing port in address');
    if (end + 1 !== colon) {
      return refused(address, address[end + 1] === ':' ? 'too many colons in address' : 'missing port in address');
    }
    host = address.slice(1, end);
    if (host.includes('[')) return refused(address, "unexpected '[' in address");
  } else {
    host = address.slice(0, colon);
    if (host.includes(':')) return refused(address, 'too many colons in address');
    if (host.includes('[')) return refused(address, "unexpected '[' in address");
    if (host.includes(']')) return refused(address, "unexpected ']' in address");
  }
  return parsePort(network, host, address.slice(colon + 1));
}

function parsePort(network: string, host: string, text: string): ParsedAddress {
  if (/^[+-]?\d+$/.test(text)) {
    const port = Number(text);
    if (port < 0 || port > 65535) return refused(text, 'invalid port');
    return { ok: true, value: { host, port } };
  }
  if (text === '') return { ok: true, value: { host, port: 0 } };
  const port = NAMED_PORTS.get(text.toLowerCase());
  if (port === undefined) return { ok: false, error: `lookup ${network}/${text}: unknown port` };
  return { ok: true, value: { host, port } };
}

/** Whether the host is an IP address (no name to send as SNI, no resolver needed); a zone is allowed. */
export function isIpAddress(host: string): boolean {
  return isIP(host) !== 0;
}
