// What tests take for a token with a policy.

import assert from 'node:assert/strict';
import type { Authorizer } from '../../../../../src/workers/state/acl/access.js';
import { type AuthorizerOptions, compileRules } from '../../../../../src/workers/state/acl/authorizer.js';
import { parseRules } from '../../../../../src/workers/state/acl/rules/parse.js';
import type { PolicyRules } from '../../../../../src/workers/state/acl/rules/rule.js';

export const ACCESSOR = 'aaaaaaaa-1111-4222-8333-444444444444';

export function rulesOf(text: string): PolicyRules {
  const parsed = parseRules(text);
  assert.ok(parsed.ok, parsed.ok ? '' : parsed.error);
  return parsed.rules;
}

/** Of a token with one policy, where all else is denied unless `options` say otherwise. */
export function authorizerOf(text: string, options: Partial<AuthorizerOptions> = {}): Authorizer {
  return compileRules([rulesOf(text)], {
    accessor: ACCESSOR,
    defaultPolicy: 'deny',
    listsKeysByRule: false,
    ...options,
  });
}
