// The checksum around a packet (spec/gossip.md, section 3): 0c, CRC-32 of the rest, the rest.

import { crc32 } from '../../../wasm/crc.js';
import { HAS_CRC } from './message-types.js';

export const CHECKSUM_BYTES = 5;

export function addChecksum(inner: Uint8Array): Uint8Array {
  const packet = Buffer.allocUnsafe(CHECKSUM_BYTES + inner.length);
  packet[0] = HAS_CRC;
  packet.writeUInt32BE(crc32(inner), 1);
  packet.set(inner, CHECKSUM_BYTES);
  return packet;
}

/** What is inside, the packet itself when it carries no checksum, null when the checksum is wrong. */
export function removeChecksum(packet: Uint8Array): Uint8Array | null {
  if (packet.length < CHECKSUM_BYTES || packet[0] !== HAS_CRC) return packet;
  const inner = packet.subarray(CHECKSUM_BYTES);
  const said = new DataView(packet.buffer, packet.byteOffset).getUint32(1);
  return crc32(inner) === said ? inner : null;
}
