// Who judges the bearer tokens of each auth method: made at the first login by it, kept with the keys it has fetched, and made
// anew when the method changes.

import type { MethodConfig } from './auth-method.js';
import type { Decoded } from './config-fields.js';
import type { Identity } from './identity.js';
import { TokenReviewer } from './token-review.js';
import { JwtVerifier } from './verify-jwt.js';

/** Each keeps up to half a megabyte of keys. */
const MAX_KEPT = 32;

export interface Verifier {
  /** `nowMs`: since 1970. */
  verify(token: string, nowMs: number): Promise<Decoded<Identity>>;
}

interface Kept {
  readonly index: number;
  readonly verifier: Verifier;
}

export class Verifiers {
  /** By the method's name, the one used last at the end. */
  readonly #kept = new Map<string, Kept>();

  /** `index`: where the method was last changed. */
  of(name: string, index: number, config: MethodConfig): Verifier {
    const known = this.#kept.get(name);
    const verifier = known?.index === index ? known.verifier : verifierOf(config);
    this.#kept.delete(name);
    this.#kept.set(name, { index, verifier });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return verifier;
  }
}

function verifierOf(config: MethodConfig): Verifier {
  return config.type === 'jwt' ? new JwtVerifier(config.jwt) : new TokenReviewer(config.kubernetes);
}
