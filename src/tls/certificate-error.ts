// Judges a server's certificate in the order and with the texts of Go's crypto/x509: validity, then name, then trust
// (recorded in check-tls.json). Names are matched by OpenSSL, the common name never counts.

import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';

const MAX_NAMES = 100;
const PREFIX = 'tls: failed to verify certificate: x509: ';

/** Trust errors of OpenSSL that aren't an unknown authority. */
const TRUST_TEXTS: ReadonlyMap<string, string> = new Map([
  ['CERT_HAS_EXPIRED', 'certificate has expired or is not yet valid: '],
  ['CERT_NOT_YET_VALID', 'certificate has expired or is not yet valid: '],
  ['INVALID_PURPOSE', 'certificate specifies an incompatible key usage'],
  ['PATH_LENGTH_EXCEEDED', 'too many intermediates for path length constraint'],
]);

/** RFC 3339 in UTC without fractions, as Go prints the times of certificates. */
function rfc3339(time: Date): string {
  return `${time.toISOString().slice(0, 19)}Z`;
}

function validityError(certificate: X509Certificate, now: Date): string | null {
  const from = new Date(certificate.validFrom);
  const to = new Date(certificate.validTo);
  const current = `certificate has expired or is not yet valid: current time ${rfc3339(now)}`;
  if (now < from) return `${current} is before ${rfc3339(from)}`;
  if (now > to) return `${current} is after ${rfc3339(to)}`;
  return null;
}

interface Names {
  readonly dns: readonly string[];
  readonly ip: readonly string[];
}

/** The names in Node's text form: `DNS:a.test, IP Address:127.0.0.1`, odd values quoted. */
function alternativeNames(text: string): Names {
  const dns: string[] = [];
  const ip: string[] = [];
  for (const part of text.match(/[^,"]*(?:"(?:[^"\\]|\\.)*")?[^,"]*/g) ?? []) {
    const entry = part.trim();
    if (entry.startsWith('DNS:')) dns.push(entry.slice('DNS:'.length));
    else if (entry.startsWith('IP Address:')) ip.push(entry.slice('IP Address:'.length));
  }
  return { dns, ip };
}

function nameError(certificate: X509Certificate, name: string): string | null {
  const isIp = isIP(name) !== 0;
  if (isIp ? certificate.checkIP(name) : certificate.checkHost(name, { subject: 'never' })) return null;
  const names = alternativeNames(certificate.subjectAltName ?? '');
  if (isIp && names.ip.length === 0) {
    return `cannot validate certificate for ${name} because it doesn't contain any IP SANs`;
  }
  if (!isIp && certificate.subjectAltName === undefined && certificate.checkHost(name, { subject: 'always' })) {
    return 'certificate relies on legacy Common Name field, use SANs instead';
  }
  const valid = isIp ? names.ip : names.dns;
  if (valid.length === 0) return `certificate is not valid for any names, but wanted to match ${name}`;
  if (valid.length >= MAX_NAMES) return `certificate is valid for ${valid.length} names, but none matched ${name}`;
  return `certificate is valid for ${valid.join(', ')}, not ${name}`;
}

/**
 * What is wrong with the certificate, null when nothing is.
 * @param name null: any name will do.
 * @param trustError OpenSSL's code for the chain, '' when it is trusted.
 */
export function certificateError(
  certificate: X509Certificate,
  name: string | null,
  trustError: string,
  now: Date,
): string | null {
  const own = validityError(certificate, now) ?? (name === null ? null : nameError(certificate, name));
  if (own !== null) return PREFIX + own;
  if (trustError === '') return null;
  return PREFIX + (TRUST_TEXTS.get(trustError) ?? 'certificate signed by unknown authority');
}
