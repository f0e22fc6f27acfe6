// Claims of a verified token: found by name or JSON pointer, and made into the values that binding rules see.

import type { JsonValue } from '../../../../gotext/json-value.js';
import { quote } from '../../../../gotext/quote.js';
import type { Decoded } from './config-fields.js';
import { type Identity, jwtIdentity } from './identity.js';
import type { JwtConfig } from './jwt-config.js';

export type Claims = { readonly [name: string]: JsonValue };

/** Selectors try patterns on each value, and the names of a token's groups can be as many as its sender likes. */
const MAX_VALUE_LENGTH = 1024;
const MAX_LIST_LENGTH = 1000;

function isMap(value: JsonValue | undefined): value is Claims {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** undefined: there is none of this name. */
export function claimOf(claims: Claims, name: string): JsonValue | undefined {
  if (!name.startsWith('/')) return Object.hasOwn(claims, name) ? claims[name] : undefined;
  let value: JsonValue | undefined = claims;
  for (const part of name.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (Array.isArray(value)) value = /^(?:0|[1-9][0-9]{0,8})$/.test(key) ? value[Number(key)] : undefined;
    else value = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

/** null: it isn't a single value. */
function textOf(value: JsonValue): string | null {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  return null;
}

/** What the token says, under the names that the method gives it. */
export function mapClaims(claims: Claims, { claims: single, listClaims }: JwtConfig): Decoded<Identity> {
  const values = new Map<string, string>();
  for (const [claim, name] of single) {
    const value = claimOf(claims, claim);
    if (value === undefined || value === null) continue;
    const text = textOf(value);
    if (text === null) return refuse(claim, 'is neither a string nor a number nor a boolean');
    if (text.length > MAX_VALUE_LENGTH) return refuse(claim, `has more than ${MAX_VALUE_LENGTH} characters`);
    values.set(name, text);
  }
  const lists = new Map<string, readonly string[]>();
  for (const [claim, name] of listClaims) {
    const value = claimOf(claims, claim);
    if (value === undefined || value === null) continue;
    // One value stands for a list of it.
    const texts = (Array.isArray(value) ? (value as readonly JsonValue[]) : [value]).map(textOf);
    if (texts.length > MAX_LIST_LENGTH) return refuse(claim, `has more than ${MAX_LIST_LENGTH} elements`);
    const known = texts.filter((text) => text !== null);
    if (known.length < texts.length)
      return refuse(claim, 'has an element that is neither a string nor a number nor a boolean');
    if (known.some((text) => text.length > MAX_VALUE_LENGTH)) {
      return refuse(claim, `has an element of more than ${MAX_VALUE_LENGTH} characters`);
    }
    lists.set(name, known);
  }
  return { ok: true, value: jwtIdentity(values, lists, single.values()) };
}

function refuse(claim: string, problem: string): Decoded<Identity> {
  return { ok: false, error: `error converting claim ${quote(claim)}: it ${problem}` };
}
