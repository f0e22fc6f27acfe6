// The networks from which members may come (`serf_lan_allowed_cidrs`, spec/gossip.md, section 20): asked for the address
// a member is said to have, and for where a packet that says so comes from. Nothing else is judged by its source: members may be
// seen under other addresses than their own, behind a router that rewrites them, or with several of their own.

import { unmapped } from '../../gotext/ip.js';
import { addressBytes, mask, parseBlock } from '../config/sockaddr/block.js';

interface Network {
  readonly base: Uint8Array;
  readonly mask: Uint8Array;
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
    return [{ base: addressBytes(family, base), mask: addressBytes(family, mask(family, prefix)) }];
  });
  return (ip) => {
    const plain = unmapped(ip);
    return networks.some((network) => contains(network, plain));
  };
}
