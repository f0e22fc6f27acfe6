// IP addresses between their text and their bytes: memberlist has bytes on the wire, sockets have text.

import { isIP } from 'node:net';
import { joinHostPort } from '../../../gotext/host-port.js';
import type { Address } from '../core/node.js';

const MAPPED_PREFIX = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff);
const IPV6_BYTES = 16;

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

/** Whether these 16 bytes stand for an IPv4 address, as a socket for both families gives it. */
function isMapped(ip: Uint8Array): boolean {
  return Buffer.compare(ip.subarray(0, MAPPED_PREFIX.length), MAPPED_PREFIX) === 0;
}

/** 4 or 16 bytes, 4 also for an IPv4 address written as an IPv6 one; null for anything else. */
export function parseIp(text: string): Uint8Array | null {
  const [address = ''] = text.split('%', 1);
  const family = isIP(address);
  if (family === 0) return null;
  if (family === 4) return Uint8Array.from(v4Bytes(address));
  const [before = '', after] = address.split('::');
  const front = groupBytes(before);
  const ip = new Uint8Array(IPV6_BYTES);
  ip.set(front);
  if (after !== undefined) {
    const back = groupBytes(after);
    ip.set(back, IPV6_BYTES - back.length);
  }
  return isMapped(ip) ? ip.slice(MAPPED_PREFIX.length) : ip;
}

/** As Go writes it: IPv6 in small letters, its longest run of zero groups as `::`. */
export function ipText(ip: Uint8Array): string {
  if (ip.length !== IPV6_BYTES) return ip.join('.');
  if (isMapped(ip)) return ip.subarray(MAPPED_PREFIX.length).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => (((ip[i * 2] ?? 0) << 8) | (ip[i * 2 + 1] ?? 0)).toString(16));
  let longest = { start: 0, length: 1 };
  for (let start = 0; start < groups.length; start += 1) {
    let length = 0;
    while (groups[start + length] === '0') length += 1;
    if (length > longest.length) longest = { start, length };
  }
  if (longest.length < 2) return groups.join(':');
  const end = longest.start + longest.length;
  return `${groups.slice(0, longest.start).join(':')}::${groups.slice(end).join(':')}`;
}

/** `10.0.0.1:8301`, `[2001:db8::1]:8301`. */
export function hostPortText({ ip, port }: Address): string {
  return joinHostPort(ipText(ip), port);
}
