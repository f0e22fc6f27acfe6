// Which versions and cipher suites are spoken, on every port and by every dialer. Names of suites in configuration files are
// Go's, OpenSSL has others; TLS 1.3's own suites aren't configurable. Without a list only suites with forward secrecy and
// authenticated encryption are offered (RFC 9325).

/** Go's names of suites for TLS 1.2, and OpenSSL's. */
const SUITES: ReadonlyMap<string, string> = new Map([
  ['TLS_RSA_WITH_AES_128_CBC_SHA', 'AES128-SHA'],
  ['TLS_RSA_WITH_AES_256_CBC_SHA', 'AES256-SHA'],
  ['TLS_RSA_WITH_AES_128_GCM_SHA256', 'AES128-GCM-SHA256'],
  ['TLS_RSA_WITH_AES_256_GCM_SHA384', 'AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA', 'ECDHE-RSA-AES128-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA', 'ECDHE-RSA-AES256-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA', 'ECDHE-ECDSA-AES128-SHA'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA', 'ECDHE-ECDSA-AES256-SHA'],
  ['TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256', 'ECDHE-RSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', 'ECDHE-RSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256'],
  ['TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384', 'ECDHE-ECDSA-AES256-GCM-SHA384'],
  ['TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-RSA-CHACHA20-POLY1305'],
  ['TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
]);

const DEFAULT_SUITES = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];
/** AES first: both sides of a cluster have it in hardware. */
const TLS_1_3_SUITES = ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'];

export function isKnownSuite(name: string): boolean {
  return SUITES.has(name);
}

/** As OpenSSL takes it. `names`: Go's, each of them known; none: the defaults. */
export function cipherList(names: readonly string[]): string {
  const chosen = names.length === 0 ? DEFAULT_SUITES : names.flatMap((name) => SUITES.get(name) ?? []);
  return [...TLS_1_3_SUITES, ...chosen].join(':');
}

/** `text` as in `tls_min_version`. TLS 1.0 and 1.1 (RFC 8996) are never spoken, whatever is configured. */
export function minVersion(text: string): 'TLSv1.2' | 'TLSv1.3' {
  return text === 'TLSv1_3' ? 'TLSv1.3' : 'TLSv1.2';
}

/** Configured for versions that aren't spoken any more. */
export function isOutdatedVersion(text: string): boolean {
  return text === 'TLSv1_0' || text === 'TLSv1_1';
}
