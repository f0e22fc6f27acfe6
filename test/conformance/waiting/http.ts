// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';
import { ACL_AGENT } from './acl-agent.js';

const LOGINS = 'logging in comes with the auth methods';

export const waiting: WaitingList = {
  'acl-fresh/acl-bootstrap': ACL_AGENT,
  'acl/acl-denied': ACL_AGENT,
  'acl/acl-filtering': ACL_AGENT,
  'acl/acl-jwt-login': ACL_AGENT,
  'acl/acl-misc': ACL_AGENT,
  'acl/acl-policies': ACL_AGENT,
  'acl/acl-roles': ACL_AGENT,
  'acl/acl-token-sources': ACL_AGENT,
  'acl/acl-tokens': ACL_AGENT,
  'default/acl-disabled': {
    reason: LOGINS,
    steps: ['15 POST /v1/acl/login', '16 POST /v1/acl/logout'],
  },
};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
