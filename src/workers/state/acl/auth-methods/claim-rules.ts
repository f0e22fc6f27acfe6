// What the registered claims of a verified token have to say: who made it, for whom, and when it holds. The texts are those of
// the library that Consul's clients know them from.

import type { JsonValue } from '../../../../gotext/json-value.js';
import { type Claims, claimOf } from './claims.js';
import type { JwtConfig } from './jwt-config.js';

const FAILED = 'error validating claims: go-jose/go-jose/jwt: validation failed,';

/** Seconds since 1970; 0: it isn't there; null: it is no such number. */
function momentOf(claims: Claims, name: string): number | null {
  const value = claimOf(claims, name);
  if (value === undefined || value === null) return 0;
  return typeof value === 'number' ? value : null;
}

/** null: it is neither a text nor a list of them. */
function audienceOf(value: JsonValue | undefined): readonly string[] | null {
  if (value === undefined || value === null) return [];
  const list: readonly JsonValue[] = Array.isArray(value) ? value : [value as JsonValue];
  const texts = list.filter((one) => typeof one === 'string');
  return texts.length === list.length ? texts : null;
}

/** Why the token isn't taken; null: it is. `issuer`: "" for any; `nowS`: seconds since 1970. */
export function claimsProblem(claims: Claims, config: JwtConfig, issuer: string, nowS: number): string | null {
  const audience = audienceOf(claimOf(claims, 'aud'));
  const moments = ['iat', 'nbf', 'exp'].map((name) => momentOf(claims, name));
  const [issuedAt, notBefore, expiry] = moments;
  if (audience === null) return 'error parsing claims: aud is neither a string nor a list of strings';
  if (issuedAt == null || notBefore == null || expiry == null) {
    return 'error parsing claims: iat, nbf and exp have to be numbers';
  }
  if (issuedAt === 0 && notBefore === 0 && expiry === 0) {
    return 'no issue time, notbefore, or expiration time encoded in token';
  }
  const { clockSkewS, expirationLeewayS, notBeforeLeewayS, audiences } = config;
  const end = expiry === 0 ? Math.max(issuedAt, notBefore) + expirationLeewayS : expiry;
  let start = notBefore;
  if (start === 0) start = issuedAt === 0 ? end - notBeforeLeewayS : issuedAt;
  if (issuer !== '' && claimOf(claims, 'iss') !== issuer) return `${FAILED} invalid issuer claim (iss)`;
  if (nowS + clockSkewS < start) return `${FAILED} token not valid yet (nbf)`;
  if (nowS - clockSkewS > end) return `${FAILED} token is expired (exp)`;
  if (nowS + clockSkewS < issuedAt) return `${FAILED} token issued in the future (iat)`;
  if (audiences.length > 0 ? !audience.some((one) => audiences.includes(one)) : audience.length > 0) {
    return audiences.length > 0
      ? 'error validating claims: aud claim does not match any bound audience'
      : 'error validating claims: audience claim found in JWT but no audiences are bound';
  }
  return null;
}
