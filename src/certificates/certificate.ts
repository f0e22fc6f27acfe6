// Certificates (RFC 5280): made and signed here, and what is read of those that are there already.

import type { X509Certificate } from 'node:crypto';
import {
  type Block,
  bits,
  bytesOf,
  contentOf,
  identifier,
  identifierOf,
  integer,
  nothing,
  numbered,
  numberOf,
  partsOf,
  printable,
  raw,
  sequence,
  setOf,
  time,
} from './blocks.js';
import { SUBJECT_KEY } from './extensions.js';
import { keyIdOf, type PrivateKey, signWith } from './keys.js';
import { crypto } from './node-crypto.js';
import { colonHex, toPem } from './pem.js';

const COMMON_NAME = '2.5.4.3';
const ECDSA_SHA256 = '1.2.840.10045.4.3.2';
const RSA_SHA256 = '1.2.840.113549.1.1.11';
const VERSION_3 = 2;
/** Of the signed part: version, serial number, algorithm, issuer, times, subject, public key, extensions. */
const SUBJECT_AT = 5;

export function commonName(name: string): Block {
  return subjectOf(printable(name));
}

/** `name`: a text, of one of the kinds that there are. */
export function subjectOf(name: Block): Block {
  return sequence(setOf(sequence(identifier(COMMON_NAME), name)));
}

export const NOBODY: Block = sequence();

export interface CertificateParts {
  readonly serialNumber: number | bigint;
  readonly issuer: Block;
  readonly subject: Block;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** As {@link publicKeyOf} gives it. */
  readonly publicKey: Uint8Array;
  readonly extensions: readonly Block[];
}

export function algorithmOf({ type }: PrivateKey): Block {
  return type === 'ec' ? sequence(identifier(ECDSA_SHA256)) : sequence(identifier(RSA_SHA256), nothing());
}

/** The certificate as PEM, signed by its issuer's key. */
export async function signCertificate(parts: CertificateParts, key: PrivateKey): Promise<string> {
  const signed = sequence(
    numbered(0, integer(VERSION_3)),
    integer(parts.serialNumber),
    algorithmOf(key),
    parts.issuer,
    sequence(time(parts.notBeforeMs), time(parts.notAfterMs)),
    parts.subject,
    raw(parts.publicKey),
    numbered(3, sequence(...parts.extensions)),
  );
  const signature = await signWith(key, bytesOf(signed));
  return toPem('CERTIFICATE', bytesOf(sequence(signed, algorithmOf(key), bits(signature))));
}

export interface ReadCertificate {
  readonly certificate: X509Certificate;
  readonly der: Uint8Array;
  readonly subject: Block;
  readonly publicKey: Buffer;
  /** As the certificate says it, or as it would be called here. */
  readonly keyId: Buffer;
  readonly serialNumber: bigint;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
}

/** Throws where it is none. */
export function readCertificate(pem: string): ReadCertificate {
  const certificate = new crypto.X509Certificate(pem);
  const der = certificate.raw;
  const signed = partsOf(partsOf(raw(der))[0]);
  const subject = signed[SUBJECT_AT];
  if (subject === undefined) throw new Error('malformed certificate');
  const publicKey = certificate.publicKey.export({ format: 'der', type: 'spki' });
  return {
    certificate,
    der,
    subject,
    publicKey,
    keyId: subjectKeyOf(signed) ?? keyIdOf(publicKey),
    serialNumber: BigInt(`0x${certificate.serialNumber}`),
    notBeforeMs: Date.parse(certificate.validFrom),
    notAfterMs: Date.parse(certificate.validTo),
  };
}

function subjectKeyOf(signed: readonly Block[]): Buffer | null {
  const extensions = signed.find((part) => numberOf(part) === 3);
  if (extensions === undefined) return null;
  for (const one of partsOf(partsOf(extensions)[0])) {
    const parts = partsOf(one);
    if (identifierOf(parts[0]) === SUBJECT_KEY) return contentOf(raw(contentOf(parts.at(-1))));
  }
  return null;
}

/** By the key of the root, and in its name. */
export function isIssuedBy(pem: string, root: string): boolean {
  const issuer = new crypto.X509Certificate(root);
  const certificate = new crypto.X509Certificate(pem);
  return certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);
}

/** What a root is known by: SHA-1 of the certificate. */
export function fingerprintOf({ der }: ReadCertificate): string {
  return colonHex(crypto.createHash('sha1').update(der).digest());
}
