// A JSON Web Token to the identity that it proves: its signature by a key of the method's and an algorithm that the method
// takes, its claims by their rules. The library is loaded with this file, when somebody logs in for the first time.

import { compactVerify, decodeProtectedHeader, errors, type JWSHeaderParameters } from 'jose';
import { parseJson } from '../../../../gotext/json-parse.js';
import { quote } from '../../../../gotext/quote.js';
import { claimsProblem } from './claim-rules.js';
import { type Claims, mapClaims } from './claims.js';
import type { Decoded } from './config-fields.js';
import type { Identity } from './identity.js';
import type { JwtConfig } from './jwt-config.js';
import { type Keys, keysOf, type VerificationKey } from './key-set.js';
import { RequestFailure } from './limited-request.js';

const MAX_TOKEN_LENGTH = 64 * 1024;
const PARSING = 'error parsing token: go-jose/go-jose:';

/** Judges the tokens of one auth method. */
export class JwtVerifier {
  readonly #config: JwtConfig;
  readonly #keys: Keys;

  constructor(config: JwtConfig) {
    this.#config = config;
    this.#keys = keysOf(config.source);
  }

  /** `nowMs`: since 1970. */
  async verify(token: string, nowMs: number): Promise<Decoded<Identity>> {
    const header = this.#headerOf(token);
    if (!header.ok) return header;
    try {
      const claims = await this.#signedClaims(token, header.value);
      if (!claims.ok) return claims;
      const config = this.#config;
      const issuer = config.issuer === '' ? await this.#keys.issuer() : config.issuer;
      const problem = claimsProblem(claims.value, config, issuer, nowMs / 1000);
      return problem === null ? mapClaims(claims.value, config) : { ok: false, error: problem };
    } catch (error) {
      if (error instanceof RequestFailure) return { ok: false, error: `error fetching keys: ${error.message}` };
      throw error;
    }
  }

  /** Nobody is asked for keys for what is no token, or one that is signed in a way that isn't taken. */
  #headerOf(token: string): Decoded<JWSHeaderParameters> {
    if (token === '') return { ok: false, error: 'missing jwt' };
    if (token.length > MAX_TOKEN_LENGTH) {
      return { ok: false, error: `error parsing token: it has more than ${MAX_TOKEN_LENGTH} characters` };
    }
    if (token.split('.').length !== 3)
      return { ok: false, error: `${PARSING} compact JWS format must have three parts` };
    const header = protectedHeader(token);
    if (header === null) return { ok: false, error: `${PARSING} the protected header is not valid` };
    const { alg, crit } = header;
    // The one extension that the library knows is payloads as they are, which tokens never have.
    if (crit !== undefined)
      return { ok: false, error: `${PARSING} the header names extensions that are not supported` };
    const { algorithms } = this.#config;
    if (typeof alg !== 'string' || !algorithms.includes(alg)) {
      const expected = algorithms.map(quote).join(' ');
      const found = typeof alg === 'string' ? quote(alg) : 'without a name';
      return { ok: false, error: `${PARSING} unexpected signature algorithm ${found}; expected [${expected}]` };
    }
    return { ok: true, value: header as JWSHeaderParameters };
  }

  async #signedClaims(token: string, header: JWSHeaderParameters): Promise<Decoded<Claims>> {
    const algorithms = [...this.#config.algorithms];
    for (const key of await this.#keys.candidates(header)) {
      const payload = await signedBy(token, key, algorithms);
      if (payload !== null) return parseClaims(payload);
    }
    return { ok: false, error: 'no known key successfully validated the token signature' };
  }
}

function protectedHeader(token: string): ReturnType<typeof decodeProtectedHeader> | null {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return null;
  }
}

/** null: it isn't. A key of another type is told by a TypeError, from Node 24 on by a DataError of Web Crypto. */
async function signedBy(token: string, key: VerificationKey, algorithms: string[]): Promise<Uint8Array | null> {
  try {
    return (await compactVerify(token, key, { algorithms })).payload;
  } catch (error) {
    if (error instanceof errors.JOSEError || error instanceof TypeError || error instanceof DOMException) return null;
    throw error;
  }
}

function parseClaims(payload: Uint8Array): Decoded<Claims> {
  const parsed = parseJson(Buffer.from(payload).toString(), 'unmarshal');
  if (!parsed.ok) return { ok: false, error: `error parsing claims: ${parsed.error}` };
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return { ok: false, error: 'error parsing claims: they are no object' };
  }
  return { ok: true, value: value as Claims };
}
