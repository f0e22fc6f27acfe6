// The layers around a packet (spec/gossip.md, section 3): compression, checksum, encryption, label, from the message
// outwards. Whatever doesn't pass is dropped; the reason is for the log.

import { addChecksum, removeChecksum } from './checksum.js';
import { compress } from './compression.js';
import { type DecryptProblem, decrypt, encrypt } from './encryption.js';
import { labelHeader, removeLabel } from './label.js';
import { MOST_PACKET_BYTES } from './message-types.js';
import { acceptsLabel, isEncrypting, type Protection } from './protection.js';

export type PacketProblem =
  | DecryptProblem
  | 'packet is larger than limit'
  | 'bad label header'
  | 'label is not ours'
  | 'checksum is wrong';

export type Opened =
  | { readonly ok: true; readonly packet: Uint8Array }
  | { readonly ok: false; readonly problem: PacketProblem };

/** Takes the outer layers off a datagram. */
export function openPacket(datagram: Uint8Array, protection: Protection): Opened {
  if (datagram.length > MOST_PACKET_BYTES) return { ok: false, problem: 'packet is larger than limit' };
  const unlabelled = removeLabel(datagram);
  if (!unlabelled.ok) return { ok: false, problem: 'bad label header' };
  if (!acceptsLabel(protection, unlabelled.label)) return { ok: false, problem: 'label is not ours' };
  let packet = unlabelled.rest;
  if (protection.keyring.primary !== null) {
    const decrypted = decrypt(protection.keyring, packet, protection.label);
    if (decrypted.ok) packet = decrypted.plaintext;
    else if (protection.verifyIncoming) return { ok: false, problem: decrypted.problem };
  }
  const checked = removeChecksum(packet);
  return checked === null ? { ok: false, problem: 'checksum is wrong' } : { ok: true, packet: checked };
}

/** Puts the layers around a message or compound. `withChecksum`: the receiver is known to speak version 5. */
export function sealPacket(message: Uint8Array, protection: Protection, withChecksum: boolean): Uint8Array {
  let packet = message;
  if (protection.isCompressing) {
    const shorter = compress(packet);
    if (shorter.length < packet.length) packet = shorter;
  }
  if (withChecksum) packet = addChecksum(packet);
  const { primary } = protection.keyring;
  if (primary !== null && isEncrypting(protection)) {
    packet = encrypt(protection.encryptionVersion, primary, packet, protection.label);
  }
  const header = labelHeader(protection.label);
  return header.length === 0 ? packet : Buffer.concat([header, packet]);
}
