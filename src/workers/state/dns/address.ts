// IP addresses between their texts and the bytes of A and AAAA records, and in the names of reverse lookups.

import { isIPv4, isIPv6 } from 'node:net';

function ipv4(text: string): Uint8Array {
  return Uint8Array.from(text.split('.'), Number);
}

function groups(text: string): number[] {
  if (text === '') return [];
  const out: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const [a = 0, b = 0, c = 0, d = 0] = ipv4(part);
      out.push((a << 8) | b, (c << 8) | d);
    } else out.push(Number.parseInt(part, 16));
  }
  return out;
}

/** 4 or 16 bytes; null when the text is no address (then it is a host name). An IPv4-mapped address is IPv4, as in Go. */
export function parseAddress(text: string): Uint8Array | null {
  if (isIPv4(text)) return ipv4(text);
  if (!isIPv6(text) || text.includes('%')) return null;
  const [head = '', tail] = text.split('::');
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const words = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  const bytes = Uint8Array.from(words.flatMap((word) => [word >> 8, word & 0xff]));
  const isMapped = bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.slice(12) : bytes;
}

/** The label of an address below `addr`: 8 or 32 hexadecimal digits. */
export function addressLabel(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

/** The address of such a label; null for any other text. */
export function addressOfLabel(label: string): Uint8Array | null {
  return /^(?:[0-9a-f]{8}|[0-9a-f]{32})$/.test(label) ? new Uint8Array(Buffer.from(label, 'hex')) : null;
}

/** The texts an address may be registered under: as given by Go, for IPv6 in its shortest form. */
export function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.');
  const words = Array.from({ length: 8 }, (_, index) => ((bytes[2 * index] ?? 0) << 8) | (bytes[2 * index + 1] ?? 0));
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let end = at;
    while (end < 8 && words[end] === 0) end++;
    if (end - at > best.length) best = { at, length: end - at };
  }
  const texts = words.map((word) => word.toString(16));
  if (best.at === -1) return texts.join(':');
  return `${texts.slice(0, best.at).join(':')}::${texts.slice(best.at + best.length).join(':')}`;
}

/** The address that a name below in-addr.arpa or ip6.arpa stands for (`labels` lower-cased); null when it is none. */
export function addressOfReverse(labels: readonly string[]): Uint8Array | null {
  const zone = labels.slice(-2).join('.');
  const parts = labels.slice(0, -2).reverse();
  if (zone === 'in-addr.arpa' && parts.length === 4) {
    const text = parts.join('.');
    return isIPv4(text) ? ipv4(text) : null;
  }
  if (zone !== 'ip6.arpa' || parts.length !== 32) return null;
  const digits = parts.join('');
  return /^[0-9a-f]{32}$/.test(digits) ? new Uint8Array(Buffer.from(digits, 'hex')) : null;
}
