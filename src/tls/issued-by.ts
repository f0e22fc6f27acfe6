// Which of several authorities a certificate comes from, where more than one is trusted and one of them is trusted with more.

import type { X509Certificate } from 'node:crypto';
import { nodeCrypto } from './node-modules.js';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;
/** Longer chains are nobody's. */
const MOST_LINKS = 10;

/** `authorities`: as PEM, each text one or several. What can't be read is left out. */
export function readAuthorities(authorities: readonly string[]): readonly X509Certificate[] {
  return authorities.flatMap((text) => (text.match(CERTIFICATE) ?? []).flatMap((pem) => readOne(pem) ?? []));
}

function readOne(pem: string): X509Certificate | null {
  try {
    return new (nodeCrypto().X509Certificate)(pem);
  } catch {
    return null;
  }
}

/** Whether one of them has signed it, itself or by way of what the other side has shown with it. */
export function isIssuedBy(certificate: X509Certificate, authorities: readonly X509Certificate[]): boolean {
  let link: X509Certificate | undefined = certificate;
  for (let links = 0; link !== undefined && links < MOST_LINKS; links += 1) {
    const one: X509Certificate = link;
    if (authorities.some((authority) => hasSigned(authority, one))) return true;
    const next: X509Certificate | undefined = one.issuerCertificate;
    link = next?.ca === true && hasSigned(next, one) ? next : undefined;
  }
  return false;
}

function hasSigned(authority: X509Certificate, certificate: X509Certificate): boolean {
  // A server's own certificate may be what is trusted.
  if (authority.fingerprint256 === certificate.fingerprint256) return true;
  return authority.ca && certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
}
