// Addresses to join by (spec/gossip.md, section 9): `[name/]host[:port]`. A host may stand for many members: all its
// addresses are used.

import dns from 'node:dns/promises';
import { isIP } from 'node:net';
import { codeOf, messageOf } from '../../../gotext/errno.js';
import { parseIp } from '../../../gotext/ip.js';
import type { Address } from '../core/node.js';

/** For the first look-up of a name with a dot. */
const LOOKUP_TIMEOUT_MS = 2000;

export interface JoinAddress {
  /** "" when none is given. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

/** The parts, or what is wrong, in Go's words. */
export type ParsedJoinAddress =
  | { readonly ok: true; readonly address: JoinAddress }
  | { readonly ok: false; readonly error: string };

function wrong(text: string, problem: string): ParsedJoinAddress {
  return { ok: false, error: `address ${text}: ${problem}` };
}

/** An IPv6 address without brackets is all host. */
function splitHostPort(text: string, defaultPort: number): ParsedJoinAddress {
  const bare = text.startsWith('[') && text.endsWith(']') ? text.slice(1, -1) : text;
  if (isIP(bare) === 6 || !bare.includes(':'))
    return { ok: true, address: { name: '', host: bare, port: defaultPort } };
  const colon = text.lastIndexOf(':');
  const hostPart = text.slice(0, colon);
  const isBracketed = hostPart.startsWith('[') && hostPart.endsWith(']');
  const host = isBracketed ? hostPart.slice(1, -1) : hostPart;
  if (host.includes(':') && !isBracketed) return wrong(text, 'too many colons in address');
  const portText = text.slice(colon + 1);
  const port = Number(portText);
  if (!/^\d+$/.test(portText) || port > 65535) {
    return {
      ok: false,
      error: `strconv.ParseUint: parsing "${portText}": ${/^\d+$/.test(portText) ? 'value out of range' : 'invalid syntax'}`,
    };
  }
  return { ok: true, address: { name: '', host, port } };
}

export function parseJoinAddress(text: string, defaultPort: number): ParsedJoinAddress {
  const slash = text.indexOf('/');
  if (slash === 0) return { ok: false, error: 'empty node name provided' };
  const split = splitHostPort(text.slice(slash + 1), defaultPort);
  if (!split.ok || slash < 0) return split;
  return { ok: true, address: { ...split.address, name: text.slice(0, slash) } };
}

/** Both families asked of the name servers: unlike the system's resolver, that brings long lists whole. */
async function askNameServers(host: string): Promise<string[]> {
  const resolver = new dns.Resolver({ timeout: LOOKUP_TIMEOUT_MS, tries: 1 });
  const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)]);
  return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
}

async function lookUp(host: string): Promise<string[]> {
  const asked = host.includes('.') ? await askNameServers(host) : [];
  if (asked.length > 0) return asked;
  const found = await dns.lookup(host, { all: true, order: 'verbatim' });
  return found.map(({ address }) => address);
}

export type Resolved =
  | { readonly ok: true; readonly addresses: readonly Address[] }
  | { readonly ok: false; readonly error: string };

export async function resolveJoinAddress({ host, port }: JoinAddress): Promise<Resolved> {
  const literal = parseIp(host);
  if (literal !== null) return { ok: true, addresses: [{ ip: literal, port }] };
  try {
    const ips = (await lookUp(host)).map(parseIp).filter((ip) => ip !== null);
    return { ok: true, addresses: ips.map((ip) => ({ ip, port })) };
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOTFOUND' || code === 'ENODATA') return { ok: false, error: `lookup ${host}: no such host` };
    if (code === 'EAI_AGAIN') return { ok: false, error: `lookup ${host}: server misbehaving` };
    return { ok: false, error: `lookup ${host}: ${messageOf(error)}` };
  }
}
