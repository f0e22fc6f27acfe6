// What of the HTTP kit waits, by kind of agent and scenario; a step is named by its number and what it asks.

import type { WaitingList } from '../standing.js';
import { ACL_AGENT } from './acl-agent.js';

const ACLS = 'the ACL endpoints come with ACLs';
const INTENTIONS = 'there are no intentions yet';
const CHAINS = 'there are no discovery chains yet';
const CONNECT = 'there is no certificate authority for the mesh yet';
const QUERIES = 'there are no prepared queries yet';

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
  'default/query-crud': { reason: QUERIES },
  'default/query-execute': {
    reason: QUERIES,
    steps: [
      '4 POST /v1/query',
      '5 GET /v1/query/{{a}}/execute',
      '6 GET /v1/query/qe-all/execute?limit=1',
      '7 GET /v1/query/qe-all/execute?near=qe2',
      '8 GET /v1/query/qe-all/execute?near=_agent',
      '9 GET /v1/query/qe-all/execute?limit=x',
      '10 GET /v1/query/qe-all/execute?connect=true',
      '11 GET /v1/query/qe-all/execute?passing',
      '12 GET /v1/query/none/execute',
      '13 GET /v1/query/22222222-1111-1111-1111-111111111111/execute',
      '14 GET /v1/query/qe-all/execute?dc=nowhere',
      '15 GET /v1/query/qe-all/execute?stale&limit=0',
      '16 GET /v1/query/qe-all/explain',
      '17 GET /v1/query/{{a}}/explain',
      '18 GET /v1/query/none/explain',
      '19 POST /v1/query/qe-all/execute',
      '20 POST /v1/query',
      '21 GET /v1/query/qe-pass/execute',
      '22 POST /v1/query',
      '23 GET /v1/query/qe-tag/execute',
      '24 POST /v1/query',
      '25 GET /v1/query/qe-tag2/execute',
      '26 POST /v1/query',
      '27 GET /v1/query/qe-meta/execute',
      '28 POST /v1/query',
      '29 GET /v1/query/qe-smeta/execute',
      '30 POST /v1/query',
      '31 GET /v1/query/qe-ign/execute',
      '32 POST /v1/query',
      '33 GET /v1/query/qe-none/execute',
    ],
  },
};

/** Scenarios that the uws engine isn't asked, for what the library can't do (test/integration/http/uws-streams.test.ts). */
export const unlikeOnUws: { readonly [scenario: string]: string } = {
  'default/agent-monitor': 'the head of a stream goes out with its first piece, and the log may be quiet for long',
};
