// What no agent of a cluster can show as the lone server of the recording did.

import type { WaitingList } from '../standing.js';

export const INDENTED: WaitingList = {
  'default/http-general': {
    reason: 'only an agent with -dev indents, and such an agent is alone',
    steps: ['27 GET /v1/catalog/datacenters'],
  },
};

/** Lists of servers that the replayer can't leave the others out of, since they are about all of them. */
export const AS_ONE_OF_THREE: WaitingList = {
  'default/operator': {
    reason:
      'it is not this agent that leads, two of three servers may fail but one, and each member says that it has no key',
    steps: [
      '1 GET /v1/operator/raft/configuration',
      '2 GET /v1/operator/raft/configuration?stale',
      '21 GET /v1/operator/autopilot/health',
      '22 GET /v1/operator/autopilot/state',
      '24 GET /v1/operator/keyring',
      '25 POST /v1/operator/keyring',
    ],
  },
  'default/status': {
    reason: 'there are three peers',
    steps: ['2 GET /v1/status/peers', '5 GET /v1/status/peers?dc=dc1'],
  },
  'tuned/tuned-keyring': {
    reason: 'the answers of all members of a pool are counted',
    steps: [
      '1 GET /v1/operator/keyring',
      '3 GET /v1/operator/keyring',
      '5 GET /v1/operator/keyring?local-only=true',
      '6 DELETE /v1/operator/keyring',
      '9 GET /v1/operator/keyring',
      '11 PUT /v1/operator/keyring',
      '16 POST /v1/operator/keyring',
    ],
  },
};
