// Several messages in one packet (spec/gossip.md, section 3): count, table of lengths, the messages.

import { COMPOUND } from './message-types.js';

/** More parts than the count's byte can say go into another packet. */
export const MOST_PARTS = 255;

/** One packet of up to 255 messages, each shorter than 64 KiB. */
function joinOnce(parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, 2 + parts.length * 2);
  const packet = Buffer.allocUnsafe(length);
  packet[0] = COMPOUND;
  packet[1] = parts.length;
  let at = 2;
  for (const part of parts) at = packet.writeUInt16BE(part.length, at);
  for (const part of parts) {
    packet.set(part, at);
    at += part.length;
  }
  return packet;
}

/** One message is sent as it is; several as one compound packet, more than 255 as several. */
export function joinMessages(parts: readonly Uint8Array[]): readonly Uint8Array[] {
  if (parts.length === 1) return parts;
  const packets: Uint8Array[] = [];
  for (let at = 0; at < parts.length; at += MOST_PARTS) packets.push(joinOnce(parts.slice(at, at + MOST_PARTS)));
  return packets;
}

export interface SplitCompound {
  readonly parts: readonly Uint8Array[];
  /** How many parts are cut off; what came before them counts. */
  readonly truncated: number;
}

/** The parts of a compound packet (type byte included), as views. Null when its table is cut short. */
export function splitCompound(packet: Uint8Array): SplitCompound | null {
  const count = packet[1];
  const table = 2;
  if (count === undefined || packet.length < table + count * 2) return null;
  const parts: Uint8Array[] = [];
  let at = table + count * 2;
  for (let i = 0; i < count; i += 1) {
    const length = ((packet[table + i * 2] ?? 0) << 8) | (packet[table + i * 2 + 1] ?? 0);
    if (at + length > packet.length) return { parts, truncated: count - i };
    parts.push(packet.subarray(at, at + length));
    at += length;
  }
  return { parts, truncated: 0 };
}
