// What an auth method of type `jwt` is told: whose tokens it takes, and which claims become values that binding rules see.

import { createPublicKey, type KeyObject } from 'node:crypto';
import { quote } from '../../../../gotext/quote.js';
import { certificateProblem, urlProblem } from './config-endpoint.js';
import { type ConfigMap, type Decoded, decodeConfig } from './config-fields.js';

/** Only such as have a key that may be known to all: with `none` or HS256 whoever knows it could make tokens. */
const ALGORITHMS = new Set([
  ...['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'EdDSA'],
]);
const DEFAULT_ALGORITHMS = ['RS256'];
/** Each of them is tried for a token. */
const MAX_KEYS = 100;

const TABLE = {
  JWTValidationPubKeys: 'texts',
  JWKSURL: 'text',
  JWKSCACert: 'text',
  OIDCDiscoveryURL: 'text',
  OIDCDiscoveryCACert: 'text',
  JWTSupportedAlgs: 'texts',
  BoundAudiences: 'texts',
  BoundIssuer: 'text',
  ClaimMappings: 'textMap',
  ListClaimMappings: 'textMap',
  ExpirationLeeway: 'duration',
  NotBeforeLeeway: 'duration',
  ClockSkewLeeway: 'duration',
} as const;

export type KeySource =
  | { readonly kind: 'keys'; readonly keys: readonly KeyObject[] }
  | { readonly kind: 'jwks' | 'discovery'; readonly url: string; readonly ca: string };

/** Durations in seconds. */
export interface JwtConfig {
  readonly source: KeySource;
  readonly algorithms: readonly string[];
  readonly audiences: readonly string[];
  /** "": any. */
  readonly issuer: string;
  /** From a claim's name or JSON pointer to the name of the value. */
  readonly claims: ReadonlyMap<string, string>;
  readonly listClaims: ReadonlyMap<string, string>;
  /** How long a token without an end is taken. */
  readonly expirationLeewayS: number;
  /** How long before its end a token without a beginning is taken. */
  readonly notBeforeLeewayS: number;
  readonly clockSkewS: number;
}

/** 0 stands for the default, and less than 0 for none at all. */
function leeway(ns: number, defaultS: number): number {
  if (ns === 0) return defaultS;
  return ns < 0 ? 0 : ns / 1e9;
}

function parseKeys(texts: readonly string[]): Decoded<readonly KeyObject[]> {
  if (texts.length > MAX_KEYS) return { ok: false, error: `more than ${MAX_KEYS} public keys` };
  const keys: KeyObject[] = [];
  for (const text of texts) {
    // Node would take the public half of it, and the configuration can be read by others.
    const key = text.includes('PRIVATE KEY') ? null : publicKey(text);
    if (key === null)
      return { ok: false, error: 'error parsing public key: data does not contain any valid public keys' };
    keys.push(key);
  }
  return { ok: true, value: keys };
}

function publicKey(text: string): KeyObject | null {
  try {
    return createPublicKey(text);
  } catch {
    return null;
  }
}

function mappingProblem(name: string, mappings: ReadonlyMap<string, string>): string | null {
  const targets = [...mappings.values()];
  if (mappings.has('')) return `${name} contains a mapping without a claim`;
  if (targets.includes('')) return `${name} contains a mapping to an empty name`;
  const twice = targets.find((target, index) => targets.indexOf(target) !== index);
  return twice === undefined ? null : `${name} contains multiple mappings for key ${quote(twice)}`;
}

export function parseJwtConfig(config: ConfigMap): Decoded<JwtConfig> {
  const decoded = decodeConfig(config, TABLE);
  if (!decoded.ok) return decoded;
  const fields = decoded.value;
  const { JWTValidationPubKeys, JWKSURL, OIDCDiscoveryURL, JWKSCACert, OIDCDiscoveryCACert } = fields;
  const sources = [JWTValidationPubKeys.length > 0, JWKSURL !== '', OIDCDiscoveryURL !== ''].filter(Boolean).length;
  if (sources !== 1) {
    const names = "'JWTValidationPubKeys', 'JWKSURL', or 'OIDCDiscoveryURL'";
    return { ok: false, error: `exactly one of ${names} must be set for type "jwt"` };
  }
  const keys = parseKeys(JWTValidationPubKeys);
  if (!keys.ok) return keys;
  const unknown = fields.JWTSupportedAlgs.find((name) => !ALGORITHMS.has(name));
  const problem =
    (JWKSCACert !== '' && JWKSURL === '' ? "'JWKSCACert' should not be set unless 'JWKSURL' is set" : null) ??
    (OIDCDiscoveryCACert !== '' && OIDCDiscoveryURL === ''
      ? "'OIDCDiscoveryCACert' should not be set unless 'OIDCDiscoveryURL' is set"
      : null) ??
    urlProblem('JWKSURL', JWKSURL) ??
    urlProblem('OIDCDiscoveryURL', OIDCDiscoveryURL) ??
    certificateProblem('JWKSCACert', JWKSCACert) ??
    certificateProblem('OIDCDiscoveryCACert', OIDCDiscoveryCACert) ??
    (unknown === undefined ? null : `unsupported signing algorithm ${quote(unknown)}`) ??
    mappingProblem('ClaimMappings', fields.ClaimMappings) ??
    mappingProblem('ListClaimMappings', fields.ListClaimMappings);
  if (problem !== null) return { ok: false, error: problem };
  return {
    ok: true,
    value: {
      source: sourceOf(keys.value, fields),
      algorithms: fields.JWTSupportedAlgs.length === 0 ? DEFAULT_ALGORITHMS : fields.JWTSupportedAlgs,
      audiences: fields.BoundAudiences,
      issuer: fields.BoundIssuer,
      claims: fields.ClaimMappings,
      listClaims: fields.ListClaimMappings,
      expirationLeewayS: leeway(fields.ExpirationLeeway, 150),
      notBeforeLeewayS: leeway(fields.NotBeforeLeeway, 150),
      clockSkewS: leeway(fields.ClockSkewLeeway, 60),
    },
  };
}

interface Endpoints {
  readonly JWKSURL: string;
  readonly JWKSCACert: string;
  readonly OIDCDiscoveryURL: string;
  readonly OIDCDiscoveryCACert: string;
}

function sourceOf(keys: readonly KeyObject[], endpoints: Endpoints): KeySource {
  if (keys.length > 0) return { kind: 'keys', keys };
  const { JWKSURL, JWKSCACert, OIDCDiscoveryURL, OIDCDiscoveryCACert } = endpoints;
  return JWKSURL === ''
    ? { kind: 'discovery', url: OIDCDiscoveryURL, ca: OIDCDiscoveryCACert }
    : { kind: 'jwks', url: JWKSURL, ca: JWKSCACert };
}
