// IP addresses as the bytes of A and AAAA records, and in the names of reverse lookups.

import { isIPv4 } from 'node:net';
import { parseIp } from '../../../../gotext/ip.js';

/** 4 or 16 bytes; null when the text is no address (then it is a host name). An IPv4-mapped address is IPv4, as in Go. */
export function parseAddress(text: string): Uint8Array | null {
  return text.includes('%') ? null : parseIp(text);
}

/** The label of an address below `addr`: 8 or 32 hexadecimal digits. */
export function addressLabel(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The address of such a label; null for any other text. */
export function addressOfLabel(label: string): Uint8Array | null {
  return /^(?:[0-9a-f]{8}|[0-9a-f]{32})$/.test(label) ? new Uint8Array(Buffer.from(label, 'hex')) : null;
}

/** The address that a name below in-addr.arpa or ip6.arpa stands for (`labels` lower-cased); null when it is none. */
export function addressOfReverse(labels: readonly string[]): Uint8Array | null {
  const zone = labels.slice(-2).join('.');
  const parts = labels.slice(0, -2).reverse();
  if (zone === 'in-addr.arpa' && parts.length === 4) {
    const text = parts.join('.');
    return isIPv4(text) ? parseIp(text) : null;
  }
  if (zone !== 'ip6.arpa' || parts.length !== 32) return null;
  const digits = parts.join('');
  return /^[0-9a-f]{32}$/.test(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : null;
}
