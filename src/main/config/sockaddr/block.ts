// Networks in CIDR notation, and addresses as numbers.

import net from 'node:net';

export interface Block {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** The address as one number; null if it is none. A zone (`%eth0`) is left out of it. */
export function addressNumber(text: string): { family: 4 | 6; value: bigint } | null {
  const plain = text.replace(/%.*$/, '');
  const family = net.isIP(plain);
  if (family === 4) {
    return { family: 4, value: plain.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
  }
  if (family !== 6) return null;
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain);
  let hex = plain;
  if (dotted !== null) {
    const low = addressNumber(dotted[2] ?? '')?.value ?? 0n;
    hex = `${dotted[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  }
  const [head = '', tail] = hex.split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? [] : new Array<string>(8 - front.length - back.length).fill('0');
  const value = [...front, ...zeros, ...back].reduce((sum, part) => (sum << 16n) | BigInt(`0x${part}`), 0n);
  return { family: 6, value };
}

/** The text of an address: dotted, or the shortest IPv6 form. */
export function addressText(family: 4 | 6, value: bigint): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (value >> shift) & 255n).join('.');
  const groups = Array.from({ length: 8 }, (_, at) => ((value >> BigInt(112 - 16 * at)) & 0xffffn).toString(16));
  const text = groups.join(':');
  const runs = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((match) => match[0]);
  const zeros = (run: string): number => run.split('0').length;
  const longest = runs.sort((a, b) => zeros(b) - zeros(a))[0];
  return longest === undefined ? text : text.replace(longest, '::').replace(/:{3,}/, '::');
}

export function mask(family: 4 | 6, prefix: number): bigint {
  const bits = BigInt(BITS[family]);
  return ((1n << BigInt(prefix)) - 1n) << (bits - BigInt(prefix));
}

/** `10.0.0.0/8`; null if it isn't one. The host bits are cleared. */
export function parseBlock(text: string): Block | null {
  const slash = text.lastIndexOf('/');
  const address = slash < 0 ? null : addressNumber(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (address === null || !/^\d{1,3}$/.test(digits)) return null;
  const prefix = Number(digits);
  if (prefix > BITS[address.family]) return null;
  return { family: address.family, base: address.value & mask(address.family, prefix), prefix };
}

export function blockContains(block: Block, address: string): boolean {
  const number = addressNumber(address);
  return (
    number !== null &&
    number.family === block.family &&
    (number.value & mask(block.family, block.prefix)) === block.base
  );
}

export function blockText({ family, base, prefix }: Block): string {
  return `${addressText(family, base)}/${prefix}`;
}

/** How many addresses the prefix leaves. */
export function blockSize(family: 4 | 6, prefix: number): bigint {
  return 1n << BigInt(BITS[family] - prefix);
}
