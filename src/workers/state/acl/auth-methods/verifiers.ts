// Who judges the bearer tokens of each auth method: made at the first login by it, kept with the keys it has fetched, and made
// anew when the method changes. Whatever only logins need is loaded with this file.

import { type AuthMethodFields, parseAuthMethod } from './auth-method.js';
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

export interface StoredMethod extends AuthMethodFields {
  readonly ModifyIndex: number;
}

interface Kept {
  readonly index: number;
  readonly verifier: Verifier;
}

export class Verifiers {
  /** By the method's name, the one used last at the end. */
  readonly #kept = new Map<string, Kept>();

  /** Why there is none: the method was written by a server that takes more than this one. */
  of(method: StoredMethod): Decoded<Verifier> {
    const { Name, ModifyIndex: index } = method;
    const known = this.#kept.get(Name);
    const made = known?.index === index ? { ok: true as const, value: known.verifier } : verifierOf(method);
    this.#kept.delete(Name);
    if (!made.ok) return made;
    this.#kept.set(Name, { index, verifier: made.value });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return made;
  }
}

function verifierOf(method: AuthMethodFields): Decoded<Verifier> {
  const config = parseAuthMethod(method);
  if (!config.ok) return config;
  const { value } = config;
  return { ok: true, value: value.type === 'jwt' ? new JwtVerifier(value.jwt) : new TokenReviewer(value.kubernetes) };
}
