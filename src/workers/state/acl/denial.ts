// The text of a denial, as Consul's clients know it: who asked, and which rule was missing (spec/rpc.md, "Errors as strings").

import { quote } from '../../../gotext/quote.js';
import type { Authorizer, NeededRule } from './access.js';

export const PERMISSION_DENIED = 'Permission denied';
export const ANONYMOUS_ACCESSOR = '00000000-0000-0000-0000-000000000002';

/** `name`: "" where the rule concerns no single one. */
export function denialText({ accessor }: Authorizer, rule: NeededRule, name: string): string {
  const lacking = `lacks permission '${rule}'${name === '' ? '' : ` on ${quote(name)}`}`;
  if (accessor === ANONYMOUS_ACCESSOR || accessor === '') {
    return `${PERMISSION_DENIED}: anonymous token ${lacking}. The anonymous token is used implicitly when a request does not specify a token.`;
  }
  return `${PERMISSION_DENIED}: token with AccessorID '${accessor}' ${lacking}`;
}
