// The rows of the endpoint table that servers answer.

import type { RuntimeConfig } from '../../wire/config.js';
import type { Calls } from './calls/calls.js';
import type { Snapshots } from './calls/snapshots.js';
import { catalogReads } from './endpoints/catalog-read.js';
import { catalogWrites } from './endpoints/catalog-write.js';
import { configEndpoints } from './endpoints/config.js';
import { coordinateEndpoints } from './endpoints/coordinate.js';
import { healthEndpoints } from './endpoints/health.js';
import { internalEndpoints } from './endpoints/internal.js';
import { keyringEndpoints } from './endpoints/keyring.js';
import { kvEndpoints } from './endpoints/kv.js';
import { operatorAutopilotEndpoints } from './endpoints/operator-autopilot.js';
import { operatorRaftEndpoints } from './endpoints/operator-raft.js';
import { operatorUsageEndpoints } from './endpoints/operator-usage.js';
import { queryEndpoints } from './endpoints/query.js';
import { sessionEndpoints } from './endpoints/session.js';
import { snapshotEndpoints } from './endpoints/snapshot.js';
import { statusEndpoints } from './endpoints/status.js';
import { txnEndpoints } from './endpoints/txn.js';
import type { EndpointTable } from './http/endpoint.js';

export interface ServerEndpointDependencies {
  readonly calls: Calls;
  /** The configuration as it is now; a reload changes it. */
  readonly config: () => RuntimeConfig;
  readonly hasWan: () => boolean;
  readonly snapshots: Snapshots;
}

export function serverEndpoints({ calls, config, hasWan, snapshots }: ServerEndpointDependencies): EndpointTable {
  const { datacenter, nodeName } = config();
  const maxValueSize = () => config().limits.kvMaxValueSize;
  return [
    ...kvEndpoints({ calls, maxValueSize }),
    ...catalogReads({ calls, nodeName, datacenter }),
    ...catalogWrites(calls),
    ...healthEndpoints(nodeName),
    ...sessionEndpoints({ calls, nodeName }),
    ...statusEndpoints(calls),
    ...txnEndpoints({ calls, maxRequestLength: () => config().limits.txnMaxReqLen, maxValueSize }),
    ...internalEndpoints(),
    ...configEndpoints(calls),
    ...queryEndpoints({ calls, nodeName, datacenter }),
    ...coordinateEndpoints({ calls, datacenter, disabled: () => config().disableCoordinates }),
    ...snapshotEndpoints(snapshots),
    ...keyringEndpoints({ calls, datacenter, hasWan }),
    ...operatorRaftEndpoints(calls),
    ...operatorAutopilotEndpoints(calls),
    ...operatorUsageEndpoints(),
  ];
}
