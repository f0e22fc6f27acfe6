// Whom a check trusts and what it shows of itself: the system's roots, or with enable_agent_tls_for_checks the agent's CA
// and certificate (spec/agent.md section 3, TLS). The roots are the operating system's, not those built into Node.

import fs from 'node:fs';
import tls, { type SecureContext } from 'node:tls';

/** Where the operating systems keep all roots in one file; the first that exists counts. */
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

function systemRoots(): string | readonly string[] {
  const named = process.env['SSL_CERT_FILE'];
  for (const file of named === undefined || named === '' ? SYSTEM_ROOTS : [named]) {
    try {
      return fs.readFileSync(file, 'utf8');
    } catch {
      // The next place may have it.
    }
  }
  return tls.rootCertificates;
}

export class TlsTrust {
  #ca: readonly string[] = [];
  #cert = '';
  #key = '';
  #verifying: SecureContext | null = null;
  #skipping: SecureContext | null = null;

  /** PEM texts; no CA means the system's roots, no certificate means none is shown. */
  update(ca: readonly string[], cert: string, key: string): void {
    this.#ca = ca;
    this.#cert = cert;
    this.#key = key;
    this.#verifying = null;
    this.#skipping = null;
  }

  /** Made at first need and shared: reading all roots costs milliseconds. Throws when certificate or key is unusable. */
  context(skipVerify: boolean): SecureContext {
    if (skipVerify) {
      this.#skipping ??= tls.createSecureContext({ ca: '', ...this.#identity() });
      return this.#skipping;
    }
    this.#verifying ??= tls.createSecureContext({
      ca: this.#ca.length > 0 ? [...this.#ca] : asList(systemRoots()),
      // Go takes any trusted certificate as the end of a chain, not only a self-signed one.
      allowPartialTrustChain: true,
      ...this.#identity(),
    });
    return this.#verifying;
  }

  #identity(): { cert: string; key: string } | Record<string, never> {
    return this.#cert === '' ? {} : { cert: this.#cert, key: this.#key };
  }
}

function asList(roots: string | readonly string[]): string | string[] {
  return typeof roots === 'string' ? roots : [...roots];
}
