// The networks from which members may come (`serf_lan_allowed_cidrs`, spec/gossip.md, section 20): asked for the source of
// packets, and for the address a member is said to have.

import { unmapped } from '../../gotext/ip.js';
import { type Block, mask, parseBlock } from '../config/sockaddr/block.js';

interface Network {
  readonly base: Uint8Array;
  readonly mask: Uint8Array;
}

function bytesOf(value: bigint, family: Block['family']): Uint8Array {
  const digits = family === 4 ? 8 : 32;
  return Buffer.from(value.toString(16).padStart(digits, '0'), 'hex');
}

function contains(network: Network, ip: Uint8Array): boolean {
  return (
    ip.length === network.base.length && ip.every((byte, i) => (byte & (network.mask[i] ?? 0)) === network.base[i])
  );
}

/** Whether 4 or 16 bytes are an address in one of the networks. Without any network every address is allowed. */
export function allowedNetworks(cidrs: readonly string[]): (ip: Uint8Array) => boolean {
  if (cidrs.length === 0) return () => true;
  const networks = cidrs.flatMap((cidr): Network[] => {
    const block = parseBlock(cidr);
    if (block === null) return [];
    const { family, base, prefix } = block;
    return [{ base: bytesOf(base, family), mask: bytesOf(mask(family, prefix), family) }];
  });
  return (ip) => {
    const plain = unmapped(ip);
    return networks.some((network) => contains(network, plain));
  };
}
