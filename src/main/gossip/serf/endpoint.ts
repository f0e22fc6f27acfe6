// Addresses as text and back, as Go prints them: in log lines, in the snapshot file and in votes about a name.

import { isIP } from 'node:net';
import type { Address } from '../core/node.js';

const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);

/** An IPv4 address in 16 bytes is the same as in 4. */
function shortest(ip: Uint8Array): Uint8Array {
  const isMapped = ip.length === 16 && Buffer.compare(ip.subarray(0, 12), MAPPED_PREFIX) === 0;
  return isMapped ? ip.subarray(12) : ip;
}

export function isSameIp(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(shortest(a), shortest(b)) === 0;
}

/** The longest run of at least two zero groups, the first of equals: it is written as `::`. */
function zeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let end = start;
    while (groups[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
    start = end;
  }
  return best;
}

/** `10.0.0.1`, `2001:db8::1`. */
export function ipText(ip: Uint8Array): string {
  const bytes = shortest(ip);
  if (bytes.length === 4) return bytes.join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((bytes[i * 2] ?? 0) << 8) | (bytes[i * 2 + 1] ?? 0));
  const hex = groups.map((group) => group.toString(16));
  const run = zeroRun(groups);
  if (run.start < 0) return hex.join(':');
  return `${hex.slice(0, run.start).join(':')}::${hex.slice(run.start + run.length).join(':')}`;
}

/** `10.0.0.1:8301`, `[2001:db8::1]:8301`. */
export function endpointText({ ip, port }: Address): string {
  const host = ipText(ip);
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function ipv4Bytes(text: string): number[] {
  return text.split('.').map(Number);
}

/** Of text that is known to be an IPv6 address. */
function ipv6Bytes(text: string): Uint8Array {
  const side = (part: string | undefined): number[] => {
    if (part === undefined || part === '') return [];
    return part.split(':').flatMap((group) => {
      if (group.includes('.')) return ipv4Bytes(group);
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    });
  };
  const [before, after] = text.split('::');
  const tail = side(after);
  const bytes = new Uint8Array(16);
  bytes.set(side(before), 0);
  bytes.set(tail, 16 - tail.length);
  return bytes;
}

/** Null when it isn't `ip:port`. */
export function readEndpoint(text: string): Address | null {
  const parts = /^(?:\[([^\]%]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = Number(parts?.[3]);
  const family = isIP(host);
  if (family === 0 || !(port <= 65535)) return null;
  return { ip: family === 4 ? Uint8Array.from(ipv4Bytes(host)) : ipv6Bytes(host), port };
}
