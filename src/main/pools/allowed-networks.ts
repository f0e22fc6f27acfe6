// Which addresses may take part in a pool: `serf_lan_allowed_cidrs` and its like for the WAN.

import { BlockList, isIPv6 } from 'node:net';
import { ipText } from '../../gotext/ip.js';

/** Null: every address may. The networks were checked when the configuration was read. */
export function allowedNetworks(cidrs: readonly string[]): ((ip: Uint8Array) => boolean) | null {
  if (cidrs.length === 0) return null;
  const networks = new BlockList();
  for (const cidr of cidrs) {
    const slash = cidr.lastIndexOf('/');
    const address = cidr.slice(0, slash);
    networks.addSubnet(address, Number(cidr.slice(slash + 1)), isIPv6(address) ? 'ipv6' : 'ipv4');
  }
  return (ip) => {
    const text = ipText(ip);
    return networks.check(text, isIPv6(text) ? 'ipv6' : 'ipv4');
  };
}
