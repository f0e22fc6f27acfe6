// Addresses from other places: read from the snapshot file, and compared where bytes of both lengths may meet.

import { parseIp, unmapped } from '../../../../gotext/ip.js';
import type { Address } from '../../core/node.js';

/** An IPv4 address in 16 bytes is the same as in 4. */
export function isSameIp(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(unmapped(a), unmapped(b)) === 0;
}

/** Null when it isn't `ip:port`. */
export function readEndpoint(text: string): Address | null {
  const parts = /^(?:\[([^\]%]+)\]|([^:%]+)):(\d{1,5})$/.exec(text);
  const ip = parseIp(parts?.[1] ?? parts?.[2] ?? '');
  const port = Number(parts?.[3]);
  return ip === null || !(port <= 65535) ? null : { ip, port };
}
