// How a pool's traffic is protected: what the layers around packets and streams need to know (spec/gossip.md,
// sections 3 and 4).

import type { EncryptionVersion } from './encryption.js';
import type { Keyring } from './keyring.js';

export interface Protection {
  /** Empty: nothing is encrypted. */
  readonly keyring: Keyring;
  /** Whether what comes in unencrypted is refused, as soon as there is a key. */
  readonly verifyIncoming: boolean;
  /** Whether what goes out is encrypted, as soon as there is a key. */
  readonly verifyOutgoing: boolean;
  /** Empty: none. */
  readonly label: Uint8Array;
  /** Whether something in front of the agent takes the labels off. Then whatever still carries one is refused. */
  readonly skipInboundLabelCheck: boolean;
  readonly encryptionVersion: EncryptionVersion;
  /** Whether packets are compressed where that makes them shorter, and streams always. */
  readonly isCompressing: boolean;
}

/** Whether what goes out is encrypted now. */
export function isEncrypting(protection: Protection): boolean {
  return protection.verifyOutgoing && protection.keyring.primary !== null;
}

/** Whether a label that came in (empty: none) is the right one. */
export function acceptsLabel(protection: Protection, label: Uint8Array): boolean {
  if (protection.skipInboundLabelCheck) return label.length === 0;
  return Buffer.compare(label, protection.label) === 0;
}
