// The keys that a token's signature is tried with: those of the configuration, or those that its issuer publishes, which are
// fetched when they are first needed, kept, and fetched again for a key that isn't among them, but not more often than twice a
// minute, whatever tokens come.

import type { KeyObject } from 'node:crypto';
import {
  type CryptoKey,
  createRemoteJWKSet,
  customFetch,
  errors,
  type JWSHeaderParameters,
  type RemoteJWKSetOptions,
} from 'jose';
import { quote } from '../../../../gotext/quote.js';
import { urlProblem } from './config-endpoint.js';
import type { KeySource } from './jwt-config.js';
import { limitedRequest, RequestFailure } from './limited-request.js';

const COOLDOWN_MS = 30_000;
const KEPT_MS = 600_000;
const DEADLINE_MS = 5_000;
/** A set can be as long as its publisher likes; a token that doesn't name its key is tried with no more. */
const MAX_TRIED = 100;

export type VerificationKey = KeyObject | CryptoKey;

/** Where keys come from. Both may reject with {@link RequestFailure}. */
export interface Keys {
  /** Who has to have made the tokens, where the keys' publisher says so; else "". */
  issuer(): Promise<string>;
  /** Those that may have signed it. */
  candidates(header: JWSHeaderParameters): Promise<readonly VerificationKey[]>;
}

interface Published {
  readonly issuer: string;
  readonly keysUrl: string;
}

async function getJson(url: string, ca: string): Promise<string> {
  const { status, text } = await limitedRequest({ url, ca, method: 'GET', headers: {}, body: '' });
  if (status !== 200) throw new RequestFailure(`GET ${url}: unexpected status ${status}`);
  return text;
}

async function discover(url: string, ca: string): Promise<Published> {
  const text = await getJson(`${url.replace(/\/$/, '')}/.well-known/openid-configuration`, ca);
  const document = jsonObject(text);
  const issuer = document?.['issuer'];
  const keysUrl = document?.['jwks_uri'];
  if (typeof issuer !== 'string' || typeof keysUrl !== 'string' || keysUrl === '') {
    throw new RequestFailure(`${url} is not described by an OIDC discovery document`);
  }
  if (issuer !== url) {
    throw new RequestFailure(
      `oidc: issuer did not match the issuer returned by provider, expected ${quote(url)} got ${quote(issuer)}`,
    );
  }
  const problem = urlProblem('jwks_uri', keysUrl);
  if (problem !== null) throw new RequestFailure(problem);
  return { issuer, keysUrl };
}

function jsonObject(text: string): { readonly [key: string]: unknown } | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as { readonly [key: string]: unknown }) : null;
  } catch {
    return null;
  }
}

function remoteSet(url: string, ca: string): ReturnType<typeof createRemoteJWKSet> {
  const options: RemoteJWKSetOptions = {
    timeoutDuration: DEADLINE_MS,
    cooldownDuration: COOLDOWN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: async (asked) => new Response(await getJson(asked, ca)),
  };
  return createRemoteJWKSet(new URL(url), options);
}

/** Those that a set has for a token; the library gives several one by one. */
async function matching(
  set: ReturnType<typeof createRemoteJWKSet>,
  header: JWSHeaderParameters,
): Promise<readonly VerificationKey[]> {
  try {
    return [await set(header)];
  } catch (error) {
    if (error instanceof errors.JWKSNoMatchingKey) return [];
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) {
      // What was published isn't a set of keys, or holds one that is none.
      throw error instanceof errors.JOSEError || error instanceof DOMException
        ? new RequestFailure(error.message)
        : error;
    }
    const keys: VerificationKey[] = [];
    for await (const key of error) {
      keys.push(key);
      if (keys.length === MAX_TRIED) break;
    }
    return keys;
  }
}

export function keysOf(source: KeySource): Keys {
  if (source.kind === 'keys') {
    const { keys } = source;
    return { issuer: async () => '', candidates: async () => keys };
  }
  const { url, ca } = source;
  if (source.kind === 'jwks') {
    const set = remoteSet(url, ca);
    return { issuer: async () => '', candidates: (header) => matching(set, header) };
  }
  return discoveredKeys(url, ca);
}

function discoveredKeys(url: string, ca: string): Keys {
  let found: Promise<{ readonly issuer: string; readonly set: ReturnType<typeof createRemoteJWKSet> }> | null = null;
  const find = () => {
    if (found !== null) return found;
    const finding = discover(url, ca).then(({ issuer, keysUrl }) => ({ issuer, set: remoteSet(keysUrl, ca) }));
    found = finding;
    // Whoever comes later tries again.
    finding.catch(() => {
      found = null;
    });
    return finding;
  };
  return {
    issuer: async () => (await find()).issuer,
    candidates: async (header) => matching((await find()).set, header),
  };
}
