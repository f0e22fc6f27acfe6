// What of the HTTP kit a client agent can't show as the lone server of the recording did.

import type { WaitingList } from '../standing.js';
import { AS_ONE_OF_THREE, INDENTED } from './http-unlike.js';

export const unlikeOnClient: WaitingList = {
  ...INDENTED,
  ...AS_ONE_OF_THREE,
  'default/agent-self': {
    reason: 'a client agent has none of the tags of a server, no service `consul`, and is in no pool of servers',
    steps: [
      '1 GET /v1/agent/self',
      '2 GET /v1/catalog/node/golden',
      '3 GET /v1/agent/members',
      '4 GET /v1/agent/members?wan',
      '5 GET /v1/agent/members?wan=1',
      '7 GET /v1/agent/members?segment=_all',
      '8 GET /v1/agent/members?filter=Name%20%3D%3D%20%22golden%22',
    ],
  },
  'default/catalog-queries': {
    reason: 'a client agent has no service `consul`',
    steps: ['34 GET /v1/catalog/node/golden'],
  },
  'default/coordinate': {
    reason: 'the coordinates of a datacenter are those of its servers',
    steps: ['1 GET /v1/coordinate/datacenters'],
  },
  'default/health-service': {
    reason: 'a client agent has no service `consul`',
    steps: ['28 GET /v1/health/service/consul'],
  },
};
