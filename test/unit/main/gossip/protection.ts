// How packets and streams are protected in tests and benchmarks, unless they want it otherwise: as by default.

import assert from 'node:assert/strict';
import { Keyring } from '../../../../src/main/gossip/wire/keyring.js';
import type { Protection } from '../../../../src/main/gossip/wire/protection.js';

/** The first key is the primary one; without any nothing is encrypted. */
export function protectionWith(more: Partial<Protection> = {}, ...keys: readonly Uint8Array[]): Protection {
  const keyring = new Keyring();
  for (const key of keys) assert.equal(keyring.add(key), null);
  return {
    keyring,
    verifyIncoming: true,
    verifyOutgoing: true,
    label: new Uint8Array(0),
    skipInboundLabelCheck: false,
    encryptionVersion: 1,
    isCompressing: true,
    ...more,
  };
}
