// AES-GCM as memberlist uses it (spec/gossip.md, section 4): version, nonce, ciphertext, tag. Version 0 pads the text to
// 16 bytes, version 1 leaves it as it is; both are accepted always.

import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import type { Keyring, RingKey } from './keyring.js';
import { finish } from './steps.js';

const VERSION_BYTES = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const BLOCK_BYTES = 16;

export type EncryptionVersion = 0 | 1;

/** How much longer a packet gets at most. */
export const ENCRYPTION_OVERHEAD: { readonly [version in EncryptionVersion]: number } = { 0: 45, 1: 29 };

/** How long the encrypted form of `length` bytes is. */
export function encryptedLength(version: EncryptionVersion, length: number): number {
  const padding = version === 0 ? BLOCK_BYTES - (length % BLOCK_BYTES) : 0;
  return VERSION_BYTES + NONCE_BYTES + length + padding + TAG_BYTES;
}

/**
 * Encrypts a text given in pieces; the result comes in pieces, too. `authenticated` is additional data. The nonce is
 * random; tests give one.
 */
export function* encryptSteps(
  version: EncryptionVersion,
  key: RingKey,
  pieces: readonly Uint8Array[],
  authenticated: Uint8Array,
  nonce: Uint8Array = randomBytes(NONCE_BYTES),
): Generator<void, Uint8Array[]> {
  const cipher = createCipheriv(key.cipher, key.secret, nonce);
  cipher.setAAD(authenticated);
  const parts = [Uint8Array.of(version), nonce];
  let length = 0;
  for (const piece of pieces) {
    parts.push(cipher.update(piece));
    length += piece.length;
    yield;
  }
  if (version === 0) {
    const padding = BLOCK_BYTES - (length % BLOCK_BYTES);
    parts.push(cipher.update(new Uint8Array(padding).fill(padding)));
  }
  parts.push(cipher.final(), cipher.getAuthTag());
  return parts;
}

export function encrypt(
  version: EncryptionVersion,
  key: RingKey,
  plaintext: Uint8Array,
  authenticated: Uint8Array,
  nonce?: Uint8Array,
): Uint8Array {
  return Buffer.concat(finish(encryptSteps(version, key, [plaintext], authenticated, nonce)));
}

/** The stock texts: a peer that is refused gets them in the answer. */
export type DecryptProblem =
  | 'Cannot decrypt empty payload'
  | `Unsupported encryption version ${number}`
  | `Payload is too small to decrypt: ${number}`
  | 'No installed keys could decrypt the message';

export type Decrypted =
  | { readonly ok: true; readonly plaintext: Uint8Array }
  | { readonly ok: false; readonly problem: DecryptProblem };

/** Decrypted in one go; about a millisecond. */
const STEP_BYTES = 1024 * 1024;

function* decryptWith(
  key: RingKey,
  payload: Uint8Array,
  authenticated: Uint8Array,
): Generator<void, Uint8Array | null> {
  const textStart = VERSION_BYTES + NONCE_BYTES;
  const textEnd = payload.length - TAG_BYTES;
  const decipher = createDecipheriv(key.cipher, key.secret, payload.subarray(VERSION_BYTES, textStart), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAAD(authenticated);
  decipher.setAuthTag(payload.subarray(textEnd));
  const parts: Uint8Array[] = [];
  for (let start = textStart; start < textEnd; start += STEP_BYTES) {
    if (start > textStart) yield;
    parts.push(decipher.update(payload.subarray(start, Math.min(textEnd, start + STEP_BYTES))));
  }
  try {
    decipher.final();
  } catch {
    // Node has no other way to say that the tag doesn't fit.
    return null;
  }
  const [first, second] = parts;
  return first !== undefined && second === undefined ? first : Buffer.concat(parts);
}

/** Takes the padding of version 0 off. Null when there is none: whoever has the key may still send anything. */
function withoutPadding(text: Uint8Array): Uint8Array | null {
  const padding = text[text.length - 1] ?? 0;
  if (padding < 1 || padding > BLOCK_BYTES || padding > text.length) return null;
  return text.subarray(0, text.length - padding);
}

export function* decryptSteps(
  keyring: Keyring,
  payload: Uint8Array,
  authenticated: Uint8Array,
): Generator<void, Decrypted> {
  const version = payload[0];
  if (version === undefined) return { ok: false, problem: 'Cannot decrypt empty payload' };
  if (version !== 0 && version !== 1) return { ok: false, problem: `Unsupported encryption version ${version}` };
  if (payload.length < ENCRYPTION_OVERHEAD[version]) {
    return { ok: false, problem: `Payload is too small to decrypt: ${payload.length}` };
  }
  for (const key of keyring.keys) {
    const text = yield* decryptWith(key, payload, authenticated);
    const plaintext = text === null || version === 1 ? text : withoutPadding(text);
    if (plaintext !== null) return { ok: true, plaintext };
  }
  return { ok: false, problem: 'No installed keys could decrypt the message' };
}

export function decrypt(keyring: Keyring, payload: Uint8Array, authenticated: Uint8Array): Decrypted {
  return finish(decryptSteps(keyring, payload, authenticated));
}
