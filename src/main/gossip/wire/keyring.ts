// The keys of a pool (spec/gossip.md, section 4). The first one encrypts; all of them decrypt, so that a pool changes
// its key without losing a member: install everywhere, then use, then remove the old one.

import { createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';

/** The texts are part of the protocol: they appear in the answers to key queries. */
export const KEY_PROBLEMS = {
  size: 'key size must be 16, 24 or 32 bytes',
  unknown: 'Requested key is not in the keyring',
  primary: 'Removing the primary key is not allowed',
} as const;
export type KeyProblem = keyof typeof KEY_PROBLEMS;

export interface RingKey {
  readonly bytes: Uint8Array;
  readonly secret: KeyObject;
  readonly cipher: 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm';
}

function ringKey(bytes: Uint8Array): RingKey | null {
  const bits = bytes.length * 8;
  if (bits !== 128 && bits !== 192 && bits !== 256) return null;
  const own = Uint8Array.from(bytes);
  return { bytes: own, secret: createSecretKey(own), cipher: `aes-${bits}-gcm` };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}

export class Keyring {
  #ring: readonly RingKey[] = [];

  /** In the order in which they are tried, the primary first. */
  get keys(): readonly RingKey[] {
    return this.#ring;
  }

  get primary(): RingKey | null {
    return this.#ring[0] ?? null;
  }

  #indexOf(bytes: Uint8Array): number {
    return this.#ring.findIndex((key) => isSame(key.bytes, bytes));
  }

  /** Adds a key at the end; one that is there already stays where it is. Null is success, here and below. */
  add(bytes: Uint8Array): KeyProblem | null {
    const key = ringKey(bytes);
    if (key === null) return 'size';
    if (this.#indexOf(bytes) < 0) this.#ring = [...this.#ring, key];
    return null;
  }

  /** Makes a key that is in the ring the primary one. */
  use(bytes: Uint8Array): KeyProblem | null {
    const key = this.#ring[this.#indexOf(bytes)];
    if (key === undefined) return 'unknown';
    this.#ring = [key, ...this.#ring.filter((other) => other !== key)];
    return null;
  }

  /** Removing a key that isn't there is a success. */
  remove(bytes: Uint8Array): KeyProblem | null {
    const index = this.#indexOf(bytes);
    if (index === 0) return 'primary';
    if (index > 0) this.#ring = this.#ring.filter((_, i) => i !== index);
    return null;
  }
}
