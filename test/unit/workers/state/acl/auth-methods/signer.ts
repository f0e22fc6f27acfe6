// Makes keys and tokens as an issuer would, the wrong ones too: signatures by node:crypto, not by the library under test.

import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { Dynamic } from '../../../../../../src/gotext/dynamic.js';
import { type JwtConfig, parseJwtConfig } from '../../../../../../src/workers/state/acl/auth-methods/jwt-config.js';

export const NOW_MS = Date.UTC(2026, 5, 1);
export const NOW_S = NOW_MS / 1000;

export interface Pair {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly pem: string;
}

export type Values = { readonly [name: string]: unknown };

export function rsaPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { privateKey, publicKey, pem: pemOf(publicKey) };
}

export function ecPair(): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey, pem: pemOf(publicKey) };
}

export function pemOf(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }).toString();
}

function base64url(value: Values | string): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

/** Claims that every method of these tests takes. */
export const CLAIMS = { iss: 'us', aud: 'here', iat: NOW_S, exp: NOW_S + 600 };

/** `signer`: of header and claims as they are sent. */
export function token(header: Values, claims: Values | string, signer: (text: string) => Buffer): string {
  const text = `${base64url(header)}.${base64url(claims)}`;
  return `${text}.${signer(text).toString('base64url')}`;
}

export function rs256(key: KeyObject): (text: string) => Buffer {
  return (text) => sign('sha256', Buffer.from(text), key);
}

export function es256(key: KeyObject): (text: string) => Buffer {
  return (text) => sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' });
}

export function hs256(secret: string): (text: string) => Buffer {
  return (text) => createHmac('sha256', secret).update(text).digest();
}

export function rsaToken(pair: Pair, claims: Values, header: Values = {}): string {
  return token({ alg: 'RS256', typ: 'JWT', ...header }, claims, rs256(pair.privateKey));
}

/** With what every method of these tests asks for. */
export function jwtConfig(config: { readonly [name: string]: Dynamic }): JwtConfig {
  const parsed = parseJwtConfig({ BoundIssuer: 'us', BoundAudiences: ['here'], ...config });
  if (!parsed.ok) throw new Error(parsed.error);
  return parsed.value;
}
