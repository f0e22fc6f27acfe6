// What logins and auth methods must not do.

import type { Mutant } from '../../mutant.js';

const ACL = 'workers/state/acl';
const VERIFY = ['unit/workers/state/acl/auth-methods/verify-jwt'];
const KEYS = ['unit/workers/state/acl/auth-methods/published-keys'];
const CLAIMS = ['unit/workers/state/acl/auth-methods/claims'];
const BINDING = ['unit/workers/state/acl/binding/binding-rules'];
const LOGINS = ['unit/workers/state/leader/logins'];

export const logins: readonly Mutant[] = [
  {
    name: 'a token may be signed by any algorithm',
    file: `${ACL}/auth-methods/verify-jwt.ts`,
    find: "if (typeof alg !== 'string' || !algorithms.includes(alg)) {",
    replace: "if (typeof alg !== 'string') {",
    tests: VERIFY,
  },
  {
    name: 'a token with extensions is taken',
    file: `${ACL}/auth-methods/verify-jwt.ts`,
    find: 'if (crit !== undefined)',
    replace: 'if (crit === null)',
    tests: VERIFY,
  },
  {
    name: "a token's end is not looked at",
    file: `${ACL}/auth-methods/claim-rules.ts`,
    find: 'if (nowS - clockSkewS > end)',
    replace: 'if (false)',
    tests: VERIFY,
  },
  {
    name: 'a token of any issuer is taken',
    file: `${ACL}/auth-methods/claim-rules.ts`,
    find: "if (issuer !== '' && claimOf(claims, 'iss') !== issuer)",
    replace: 'if (false)',
    tests: VERIFY,
  },
  {
    name: 'a discovery document may name another issuer',
    file: `${ACL}/auth-methods/key-set.ts`,
    find: 'if (issuer !== url) {',
    replace: 'if (false) {',
    tests: KEYS,
  },
  {
    name: 'an answer of an issuer has no limit',
    file: `${ACL}/auth-methods/limited-request.ts`,
    find: 'if (bytes <= MAX_ANSWER_BYTES)',
    replace: 'if (true)',
    tests: KEYS,
  },
  {
    name: 'the API server of Kubernetes must be told as a URL',
    file: `${ACL}/auth-methods/kubernetes-config.ts`,
    find: "host.includes('://') ?",
    replace: 'true ?',
    tests: ['unit/workers/state/acl/auth-methods/kubernetes-config'],
  },
  {
    name: 'what every object has is a claim',
    file: `${ACL}/auth-methods/claims.ts`,
    find: 'return Object.hasOwn(claims, name) ? claims[name] : undefined;',
    replace: 'return claims[name];',
    tests: CLAIMS,
  },
  {
    name: 'a computed name may look like anything',
    file: `${ACL}/binding/binding-rules.ts`,
    find: 'if (NAMES.get(BindType)?.test(name.text) !== true) {',
    replace: 'if (!NAMES.has(BindType)) {',
    tests: BINDING,
  },
  {
    name: 'a method that changed during a login counts as it was',
    file: 'workers/state/leader/logins/logins.ts',
    find: 'if (!isSame)',
    replace: 'if (false)',
    tests: LOGINS,
  },
  {
    name: 'whoever is bound to nothing gets a token',
    file: 'workers/state/leader/logins/logins.ts',
    find: "return grantsNothing(bound.value) ? refusal('denied') : bound.value;",
    replace: 'return bound.value;',
    tests: LOGINS,
  },
  {
    name: 'a pattern holds of a claim that the token does not have',
    file: 'workers/state/filter/operators.ts',
    find: "if (operator === 'Matches') return !isStrict;",
    replace: '',
    tests: ['unit/workers/state/acl/binding/binding-rules'],
  },
];
