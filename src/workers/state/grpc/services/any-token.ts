// What any known token may ask, whatever it allows; only the anonymous one, which everybody has, is too little.

import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import type { Judged, TokenResolver } from '../../methods/contract/token-resolver.js';
import { NO_TOKEN } from './statuses.js';

/** null: it is known. A promise where another server must be asked. */
export function refuseUnknown(tokens: TokenResolver, secret: string): Refusal | null | Promise<Refusal | null> {
  if (tokens.isOff) return null;
  const judged = tokens.resolve(secret);
  return judged instanceof Promise ? judged.then(refusalOf) : refusalOf(judged);
}

function refusalOf(judged: Judged): Refusal | null {
  if (isRefusal(judged)) return judged;
  return judged.accessor === ANONYMOUS_ACCESSOR ? NO_TOKEN : null;
}
