// Key pairs: made, read, written, and how they sign. All of it that takes time is done by Node's threads.

import type { KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { crypto } from './node-crypto.js';

export type KeyType = 'ec' | 'rsa';

export interface PrivateKey {
  readonly type: KeyType;
  readonly bits: number;
  readonly key: KeyObject;
}

const CURVES = new Map([
  [224, 'secp224r1'],
  [256, 'prime256v1'],
  [384, 'secp384r1'],
  [521, 'secp521r1'],
]);

const generate = promisify(crypto.generateKeyPair);

export async function makeKey(type: KeyType, bits: number): Promise<PrivateKey> {
  const { privateKey } =
    type === 'rsa'
      ? await generate('rsa', { modulusLength: bits })
      : await generate('ec', { namedCurve: CURVES.get(bits) ?? 'prime256v1' });
  return { type, bits, key: privateKey };
}

/** Throws where it is no key that can sign here. */
export function readKey(pem: string): PrivateKey {
  const key = crypto.createPrivateKey(pem);
  const { namedCurve, modulusLength } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa' && modulusLength !== undefined) return { type: 'rsa', bits: modulusLength, key };
  for (const [bits, curve] of CURVES) if (curve === namedCurve) return { type: 'ec', bits, key };
  throw new Error(`a key of type ${key.asymmetricKeyType ?? 'unknown'} can't be used`);
}

/** As its own kind of key is written. */
export function keyPem({ type, key }: PrivateKey): string {
  return String(key.export({ format: 'pem', type: type === 'ec' ? 'sec1' : 'pkcs1' }));
}

/** The public half, as certificates hold it. */
export function publicKeyOf({ key }: PrivateKey): Buffer {
  return crypto.createPublicKey(key).export({ format: 'der', type: 'spki' });
}

/** What a key is called by in certificates: SHA-256 of the public half. */
export function keyIdOf(publicKey: Uint8Array): Buffer {
  return crypto.createHash('sha256').update(publicKey).digest();
}

export function signWith({ key }: PrivateKey, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    crypto.sign('sha256', bytes, key, (error, signature) => (error ? reject(error) : resolve(signature)));
  });
}

export function verifyWith(
  publicKey: Uint8Array,
  bytes: Uint8Array,
  signature: Uint8Array,
  hash: string,
): Promise<boolean> {
  const key = crypto.createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' });
  return new Promise((resolve, reject) => {
    crypto.verify(hash, bytes, key, signature, (error, isGood) => (error ? reject(error) : resolve(isGood)));
  });
}
