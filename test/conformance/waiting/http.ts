// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';

const ACLS = 'the ACL endpoints come with ACLs';

export const waiting: WaitingList = {
  'acl/acl-denied': {
    reason:
      'a refused read of a chain shows no headers of a read; the own token has its text without the words before it',
    steps: ['65 GET /v1/discovery-chain/x', '86 GET /v1/acl/token/self'],
  },
  'acl/acl-filtering': {
    reason: 'of a resource that there is not the access is refused first',
    steps: ['36 POST /v1/internal/acl/authorize'],
  },
  'acl/acl-jwt-login': { reason: 'logins have no endpoints yet' },
  'acl/acl-tokens': {
    reason: 'the own token has its text without the words before it',
    steps: ['44 GET /v1/acl/token/self'],
  },
  'default/acl-disabled': {
    reason: ACLS,
    steps: [
      '1 PUT /v1/acl/bootstrap',
      '2 GET /v1/acl/tokens',
      '3 PUT /v1/acl/token',
      '4 GET /v1/acl/token/self',
      '5 GET /v1/acl/token/abc',
      '6 DELETE /v1/acl/token/abc',
      '7 GET /v1/acl/policies',
      '8 PUT /v1/acl/policy',
      '9 GET /v1/acl/policy/x',
      '10 GET /v1/acl/policy/name/x',
      '11 GET /v1/acl/roles',
      '12 GET /v1/acl/role/name/x',
      '13 GET /v1/acl/auth-methods',
      '14 GET /v1/acl/binding-rules',
      '15 POST /v1/acl/login',
      '16 POST /v1/acl/logout',
      '17 GET /v1/acl/replication',
      '18 GET /v1/acl/templated-policies',
      '19 GET /v1/acl/templated-policy/name/builtin/service',
      '26 PUT /v1/acl/tokens',
      '27 POST /v1/acl/bootstrap',
    ],
  },
};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
