// The addresses of this machine as address templates see them: one entry per interface and address, with the properties that
// can be selected and printed.

import os from 'node:os';
import type { Block } from './block.js';
import { blockContains, parseBlock } from './block.js';

export interface InterfaceAddress {
  readonly name: string;
  readonly address: string;
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly flags: readonly string[];
}

function blocks(...texts: readonly string[]): readonly Block[] {
  return texts.flatMap((text) => parseBlock(text) ?? []);
}

/** What counts as private, and what is forwardable: RFC 1918 and RFC 6890 as far as templates ask for them. */
interface KnownBlocks {
  readonly private: readonly Block[];
  readonly notForwardable: readonly Block[];
}

let known: KnownBlocks | null = null;

/** Read at first need: a start that asks for no address of the machine does without. */
function knownBlocks(): KnownBlocks {
  known ??= {
    private: blocks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'),
    notForwardable: blocks(
      '0.0.0.0/8',
      '127.0.0.0/8',
      '169.254.0.0/16',
      '240.0.0.0/4',
      '::/128',
      '::1/128',
      'fe80::/10',
    ),
  };
  return known;
}

/** Node lists addresses of interfaces that are up only. */
export function allInterfaces(): readonly InterfaceAddress[] {
  const out: InterfaceAddress[] = [];
  for (const [name, addresses] of Object.entries(os.networkInterfaces())) {
    for (const { address, family, internal, cidr } of addresses ?? []) {
      const isV6 = family === 'IPv6';
      const prefix = Number(cidr?.split('/')[1] ?? (isV6 ? 128 : 32));
      const flags = ['up', internal ? 'loopback' : 'broadcast', ...(internal ? [] : ['multicast'])];
      if (isForwardable(address)) flags.push('forwardable');
      if (address.startsWith('fe80:')) flags.push('link-local unicast');
      else if (!internal) flags.push('global unicast');
      out.push({ name, address, family: isV6 ? 6 : 4, prefix, flags });
    }
  }
  return out;
}

export function isPrivate(address: string): boolean {
  return knownBlocks().private.some((block) => blockContains(block, address));
}

export function isForwardable(address: string): boolean {
  return !knownBlocks().notForwardable.some((block) => blockContains(block, address));
}
