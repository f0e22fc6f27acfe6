// Go's words for TLS handshakes that failed (spec/agent.md section 3, error texts). Node gives OpenSSL's codes; the sentences
// are those of Go's crypto/tls package.

import { codeOf } from '../../../gotext/errno.js';

/** Go's description of what the other side alerted, by OpenSSL's reason in Node's error code. */
const TLS_ALERTS: ReadonlyMap<string, string> = new Map([
  ['SSLV3_ALERT_UNEXPECTED_MESSAGE', 'unexpected message'],
  ['SSLV3_ALERT_BAD_RECORD_MAC', 'bad record MAC'],
  ['SSLV3_ALERT_HANDSHAKE_FAILURE', 'handshake failure'],
  ['SSLV3_ALERT_BAD_CERTIFICATE', 'bad certificate'],
  ['SSLV3_ALERT_UNSUPPORTED_CERTIFICATE', 'unsupported certificate'],
  ['SSLV3_ALERT_CERTIFICATE_REVOKED', 'revoked certificate'],
  ['SSLV3_ALERT_CERTIFICATE_EXPIRED', 'expired certificate'],
  ['SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'unknown certificate'],
  ['SSLV3_ALERT_ILLEGAL_PARAMETER', 'illegal parameter'],
  ['TLSV1_ALERT_UNKNOWN_CA', 'unknown certificate authority'],
  ['TLSV1_ALERT_ACCESS_DENIED', 'access denied'],
  ['TLSV1_ALERT_DECODE_ERROR', 'error decoding message'],
  ['TLSV1_ALERT_DECRYPT_ERROR', 'error decrypting message'],
  ['TLSV1_ALERT_PROTOCOL_VERSION', 'protocol version not supported'],
  ['TLSV1_ALERT_INSUFFICIENT_SECURITY', 'insufficient security level'],
  ['TLSV1_ALERT_INTERNAL_ERROR', 'internal error'],
  ['TLSV1_ALERT_NO_RENEGOTIATION', 'no renegotiation'],
  ['TLSV1_UNRECOGNIZED_NAME', 'unrecognized name'],
  ['TLSV1_ALERT_NO_APPLICATION_PROTOCOL', 'no application protocol'],
  ['TLSV13_ALERT_MISSING_EXTENSION', 'missing extension'],
  ['TLSV13_ALERT_CERTIFICATE_REQUIRED', 'certificate required'],
]);

/** OpenSSL's complaints about bytes that are no TLS record at all. */
const NOT_TLS = new Set(['WRONG_VERSION_NUMBER', 'PACKET_LENGTH_TOO_LONG', 'HTTP_REQUEST', 'RECORD_LAYER_FAILURE']);

export const FIRST_RECORD = 'tls: first record does not look like a TLS handshake';

export function isNotTls(error: unknown): boolean {
  const code = codeOf(error);
  return code.startsWith('ERR_SSL_') && NOT_TLS.has(code.slice('ERR_SSL_'.length));
}

/** A TLS handshake that failed for another reason than the certificate; null when the error isn't TLS's. */
export function tlsText(error: unknown): string | null {
  const code = codeOf(error);
  if (isNotTls(error)) return FIRST_RECORD;
  if (!code.startsWith('ERR_SSL_')) return null;
  const reason = code.slice('ERR_SSL_'.length);
  const alert = TLS_ALERTS.get(reason);
  if (alert !== undefined) return `remote error: tls: ${alert}`;
  if (reason === 'UNSUPPORTED_PROTOCOL') return 'tls: server selected unsupported protocol version 301';
  return `tls: ${reason.toLowerCase().replaceAll('_', ' ')}`;
}
