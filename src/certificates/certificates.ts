// All that is done with certificates, in one file that is loaded when the first one is needed: most agents never need any.

import type { Block } from './blocks.js';
import {
  commonName,
  fingerprintOf,
  NOBODY,
  type ReadCertificate,
  readCertificate,
  signCertificate,
} from './certificate.js';
import { authorityExtensions, intermediateExtensions, leafExtensions } from './extensions.js';
import { keyIdOf, type PrivateKey, publicKeyOf } from './keys.js';
import type { Names } from './names.js';
import { colonHex } from './pem.js';
import { makeSigningRequest } from './signing-request.js';

export { makeAgentRoot, signAgentLeaf } from './agent-certificates.js';
export { isIssuedBy, readCertificate } from './certificate.js';
export { keyPem, makeKey, type PrivateKey, readKey } from './keys.js';
export type { Names } from './names.js';
export { makeSigningRequest, readSigningRequest } from './signing-request.js';

type Serial = number | bigint;

interface Validity {
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

export interface RootParts extends Validity {
  readonly key: PrivateKey;
  readonly serialNumber: Serial;
  readonly name: string;
  readonly trustDomain: string;
}

/** A root that has signed itself. */
export function makeRoot({
  key,
  serialNumber,
  name,
  trustDomain,
  notBeforeMs,
  notAfterMs,
}: RootParts): Promise<string> {
  const publicKey = publicKeyOf(key);
  const keyId = keyIdOf(publicKey);
  const subject = commonName(name);
  const names = { uris: [`spiffe://${trustDomain}`], dns: [], addresses: [] };
  const extensions = authorityExtensions({ subjectKey: keyId, authorityKey: keyId }, names);
  const parts = { serialNumber, issuer: subject, subject, notBeforeMs, notAfterMs, publicKey, extensions };
  return signCertificate(parts, key);
}

/** Who signs: a root, or an authority under one, as its certificate is read, and its key. */
export interface Signer {
  /** The certificate. */
  readonly root: string;
  readonly issuer: ReadCertificate;
  readonly key: PrivateKey;
}

/** Reading them takes as long as signing does: keep it for the next certificate. */
export function signerOf(root: string, key: PrivateKey): Signer {
  return { root, issuer: readCertificate(root), key };
}

export interface CrossSigning extends Validity {
  readonly serialNumber: Serial;
  readonly trustDomain: string;
}

/** The root once more, signed by another one: whoever trusts only that one trusts what this one signs. */
export function crossSign(root: string, { issuer, key }: Signer, parts: CrossSigning): Promise<string> {
  const { subject, publicKey, keyId } = readCertificate(root);
  const names = { uris: [`spiffe://${parts.trustDomain}`], dns: [], addresses: [] };
  const extensions = authorityExtensions({ subjectKey: keyId, authorityKey: issuer.keyId }, names);
  return signCertificate({ ...parts, issuer: issuer.subject, subject, publicKey, extensions }, key);
}

/** What an authority asks to have signed that stands under a root: its URI is that of the trust domain. */
export function makeAuthorityRequest(key: PrivateKey, name: string, trustDomain: string): Promise<string> {
  const names = { uris: [`spiffe://${trustDomain}`], dns: [], addresses: [] };
  return makeSigningRequest(key, names, commonName(name));
}

export interface IntermediateParts extends Validity {
  readonly publicKey: Uint8Array;
  readonly subject: Block;
  readonly names: Names;
  readonly serialNumber: Serial;
}

export function signIntermediate(parts: IntermediateParts, { issuer, key }: Signer): Promise<string> {
  const { publicKey, names } = parts;
  const extensions = intermediateExtensions({ subjectKey: keyIdOf(publicKey), authorityKey: issuer.keyId }, names);
  return signCertificate({ ...parts, issuer: issuer.subject, extensions }, key);
}

export interface LeafParts extends Validity {
  readonly publicKey: Uint8Array;
  readonly names: Names;
  readonly serialNumber: Serial;
}

/** Ends when it is told to: who asks for it knows the issuer's end. */
export function signLeaf(leaf: LeafParts, { issuer, key }: Signer): Promise<string> {
  const { publicKey, names } = leaf;
  const extensions = leafExtensions({ subjectKey: keyIdOf(publicKey), authorityKey: issuer.keyId }, names);
  return signCertificate({ ...leaf, issuer: issuer.subject, subject: NOBODY, extensions }, key);
}

export interface RootFacts extends Validity {
  /** As it is known by. */
  readonly id: string;
  readonly keyId: string;
  readonly serialNumber: bigint;
  readonly mayBeRoot: boolean;
}

/** Throws where it is no certificate. */
export function rootFacts(pem: string): RootFacts {
  const read = readCertificate(pem);
  const { serialNumber, notBeforeMs, notAfterMs, certificate } = read;
  return {
    id: fingerprintOf(read),
    keyId: colonHex(read.keyId),
    // Theirs may be longer than a record has room for.
    serialNumber: BigInt.asUintN(64, serialNumber),
    notBeforeMs,
    notAfterMs,
    mayBeRoot: certificate.ca,
  };
}

export function belongTogether(root: string, key: PrivateKey): boolean {
  return readCertificate(root).publicKey.equals(publicKeyOf(key));
}

/** As certificates show it: pairs of hex digits with colons. */
export function serialHex(serialNumber: Serial): string {
  const digits = serialNumber.toString(16);
  return colonHex(Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex'));
}
