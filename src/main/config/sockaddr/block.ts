// Networks in CIDR notation, and addresses as numbers.

import { ipText, parseIp, parseIpAsWritten, unmapped } from '../../../gotext/ip.js';

export interface Block {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;
/** The bits in front of an IPv4 address that is written as an IPv6 one. */
const MAPPED_BITS = 96;

function numberOf(ip: Uint8Array): { family: 4 | 6; value: bigint } {
  return { family: ip.length === 4 ? 4 : 6, value: BigInt(`0x${Buffer.from(ip).toString('hex')}`) };
}

/** The address as one number; null if it is none. A zone (`%eth0`) is left out of it. */
export function addressNumber(text: string): { family: 4 | 6; value: bigint } | null {
  const ip = parseIp(text);
  return ip === null ? null : numberOf(ip);
}

/** 4 or 16 bytes; what is beyond them is cut off. */
export function addressBytes(family: 4 | 6, value: bigint): Uint8Array {
  const bits = BITS[family];
  return Buffer.from(
    BigInt.asUintN(bits, value)
      .toString(16)
      .padStart(bits / 4, '0'),
    'hex',
  );
}

export function addressText(family: 4 | 6, value: bigint): string {
  return ipText(addressBytes(family, value));
}

export function mask(family: 4 | 6, prefix: number): bigint {
  const bits = BigInt(BITS[family]);
  return ((1n << BigInt(prefix)) - 1n) << (bits - BigInt(prefix));
}

/** `10.0.0.0/8`; null if it isn't one. The host bits are cleared. A network of mapped addresses is one of IPv4, as in Go. */
export function parseBlock(text: string): Block | null {
  const slash = text.lastIndexOf('/');
  const written = slash < 0 ? null : parseIpAsWritten(text.slice(0, slash));
  const digits = text.slice(slash + 1);
  if (written === null || !/^\d{1,3}$/.test(digits)) return null;
  const prefix = Number(digits);
  if (prefix > written.length * 8) return null;
  const plain = unmapped(written);
  if (plain.length < written.length && prefix >= MAPPED_BITS) return masked(plain, prefix - MAPPED_BITS);
  return masked(written, prefix);
}

function masked(ip: Uint8Array, prefix: number): Block {
  const { family, value } = numberOf(ip);
  return { family, base: value & mask(family, prefix), prefix };
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
