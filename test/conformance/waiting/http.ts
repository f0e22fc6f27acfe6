// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';

const LOGINS = 'logging in comes with the auth methods';

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
    reason: LOGINS,
    steps: ['15 POST /v1/acl/login', '16 POST /v1/acl/logout'],
  },
};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
