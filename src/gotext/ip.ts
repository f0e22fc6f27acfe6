// IP addresses between bytes and text, as Go's net.IP reads and prints them.

import { isIP } from 'node:net';

const GROUPS = 8;
const IPV6_BYTES = 16;

function isMapped(ip: Uint8Array): boolean {
  return (
    ip.length === IPV6_BYTES && ip[10] === 0xff && ip[11] === 0xff && ip.subarray(0, 10).every((byte) => byte === 0)
  );
}

/** The 4 bytes of an IPv4 address that came in 16, anything else as it is. */
export function unmapped(ip: Uint8Array): Uint8Array {
  return isMapped(ip) ? ip.subarray(12) : ip;
}

/** 4 or 16 bytes: `10.0.0.1`, `2001:db8::1`. IPv4 in 16 bytes looks like IPv4. */
export function ipText(ip: Uint8Array): string {
  const plain = unmapped(ip);
  // By hand: joining a typed array costs ten times as much, and a large pool is full of addresses.
  if (plain.length === 4) return `${plain[0]}.${plain[1]}.${plain[2]}.${plain[3]}`;
  const groups = Array.from({ length: GROUPS }, (_, i) => ((plain[i * 2] ?? 0) << 8) | (plain[i * 2 + 1] ?? 0));
  // The first of the longest runs of zero groups is left out; a single group isn't a run.
  let start = GROUPS;
  let length = 1;
  for (let at = 0; at < GROUPS; at += 1) {
    let end = at;
    while (groups[end] === 0) end += 1;
    if (end - at > length) {
      start = at;
      length = end - at;
    }
  }
  const texts = groups.map((group) => group.toString(16));
  if (start === GROUPS) return texts.join(':');
  return `${texts.slice(0, start).join(':')}::${texts.slice(start + length).join(':')}`;
}

function v4Bytes(text: string): number[] {
  return text.split('.').map(Number);
}

/** The bytes of one side of an IPv6 address's `::`. */
function groupBytes(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (group.includes('.')) return v4Bytes(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

/** 4 or 16 bytes, 4 also for an IPv4 address written as an IPv6 one; null for anything else. A zone is left out. */
export function parseIp(text: string): Uint8Array | null {
  const ip = parseIpAsWritten(text);
  return ip === null ? null : unmapped(ip);
}

/** As `parseIp`, but 16 bytes for what is written as an IPv6 address: the bits of a prefix count from there. */
export function parseIpAsWritten(text: string): Uint8Array | null {
  const [address = ''] = text.split('%', 1);
  const family = isIP(address);
  if (family === 0) return null;
  if (family === 4) return Uint8Array.from(v4Bytes(address));
  const [before = '', after = ''] = address.split('::');
  const ip = new Uint8Array(IPV6_BYTES);
  ip.set(groupBytes(before));
  const back = groupBytes(after);
  ip.set(back, IPV6_BYTES - back.length);
  return ip;
}
