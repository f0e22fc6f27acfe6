// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';
import { ACL_AGENT } from './acl-agent.js';

const ACLS = 'the ACL endpoints come with ACLs';
const INTENTIONS = 'there are no intentions yet';
const CHAINS = 'there are no discovery chains yet';
const CONNECT = 'there is no certificate authority for the mesh yet';
const UI = 'what is switched off with the UI does not exist yet either';

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
  'default/config-routing': {
    reason: CHAINS,
    steps: [
      '1 GET /v1/discovery-chain/w',
      '2 PUT /v1/config',
      '7 GET /v1/discovery-chain/w',
      '12 GET /v1/discovery-chain/w',
      '13 POST /v1/discovery-chain/w',
      '14 POST /v1/discovery-chain/w',
      '15 POST /v1/discovery-chain/w',
      '16 POST /v1/discovery-chain/w',
      '17 GET /v1/discovery-chain/',
      '18 GET /v1/discovery-chain/w?compile-dc=dc5',
      '19 PUT /v1/discovery-chain/w',
      '21 PUT /v1/config',
      '25 DELETE /v1/config/service-defaults/w',
      '28 GET /v1/discovery-chain/w2',
    ],
  },
  'default/connect-ca': { reason: CONNECT },
  'default/intentions': { reason: INTENTIONS },
  'tuned/tuned-headers-and-blocks': {
    reason: UI,
    steps: ['22 GET /v1/internal/ui/metrics-proxy/x'],
  },
};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
