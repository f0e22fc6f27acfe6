// The rows of the endpoint table that servers answer.

import type { RuntimeConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import type { Snapshots } from '../calls/snapshots.js';
import { aclEndpoints } from '../endpoints/acl/acl-endpoints.js';
import type { AclSettings } from '../endpoints/acl/acl-rows.js';
import { catalogReads } from '../endpoints/catalog-read.js';
import { catalogWrites } from '../endpoints/catalog-write.js';
import { coordinateEndpoints } from '../endpoints/coordinate.js';
import { healthEndpoints } from '../endpoints/health.js';
import { catalogOverviewEndpoints } from '../endpoints/internal/catalog-overview.js';
import { federationStateEndpoints } from '../endpoints/internal/federation-states.js';
import { internalEndpoints } from '../endpoints/internal/internal.js';
import { meshListEndpoints } from '../endpoints/internal/mesh-lists.js';
import { kvEndpoints } from '../endpoints/kv/kv.js';
import { txnEndpoints } from '../endpoints/kv/txn.js';
import { configEndpoints } from '../endpoints/mesh/config.js';
import { connectCaEndpoints } from '../endpoints/mesh/connect-ca.js';
import { discoveryChainEndpoints } from '../endpoints/mesh/discovery-chain.js';
import { intentionEndpoints } from '../endpoints/mesh/intention.js';
import { virtualIpEndpoints } from '../endpoints/mesh/virtual-ip.js';
import { keyringEndpoints } from '../endpoints/operator/keyring.js';
import { operatorAutopilotEndpoints } from '../endpoints/operator/operator-autopilot.js';
import { operatorRaftEndpoints } from '../endpoints/operator/operator-raft.js';
import { operatorUsageEndpoints } from '../endpoints/operator/operator-usage.js';
import { snapshotEndpoints } from '../endpoints/operator/snapshot.js';
import { queryEndpoints } from '../endpoints/query/query.js';
import { sessionEndpoints } from '../endpoints/session.js';
import { statusEndpoints } from '../endpoints/status.js';
import type { EndpointTable } from '../http/endpoint.js';

export interface ServerEndpointDependencies {
  readonly calls: Calls;
  /** The configuration as it is now; a reload changes it. */
  readonly config: () => RuntimeConfig;
  readonly hasWan: () => boolean;
  readonly snapshots: Snapshots;
}

function aclSettings({ aclEnabled, acl, nodeName }: RuntimeConfig): AclSettings {
  const { defaultPolicy, downPolicy } = acl;
  return { isEnabled: aclEnabled, nodeName, defaultPolicy, downPolicy };
}

export function serverEndpoints({ calls, config, hasWan, snapshots }: ServerEndpointDependencies): EndpointTable {
  const { datacenter, nodeName } = config();
  const maxValueSize = () => config().limits.kvMaxValueSize;
  const validatesKeys = () => config().validatesKvKeys;
  return [
    ...kvEndpoints({ calls, maxValueSize, validatesKeys }),
    ...catalogReads({ calls, nodeName, datacenter }),
    ...catalogWrites(calls),
    ...healthEndpoints(nodeName),
    ...sessionEndpoints({ calls, nodeName }),
    ...statusEndpoints(calls),
    ...txnEndpoints({ calls, maxRequestLength: () => config().limits.txnMaxReqLen, maxValueSize, validatesKeys }),
    ...internalEndpoints(),
    ...federationStateEndpoints(),
    ...catalogOverviewEndpoints(calls),
    ...meshListEndpoints({ datacenter, defaultPolicy: () => config().defaultIntentionPolicy }),
    ...configEndpoints(calls),
    ...discoveryChainEndpoints(calls),
    ...intentionEndpoints(calls),
    ...connectCaEndpoints({ calls, isEnabled: () => config().connect.enabled }),
    ...queryEndpoints({ calls, nodeName, datacenter }),
    ...coordinateEndpoints({ calls, datacenter, disabled: () => config().disableCoordinates }),
    ...snapshotEndpoints(snapshots),
    ...keyringEndpoints({ calls, datacenter, hasWan }),
    ...operatorRaftEndpoints(calls),
    ...operatorAutopilotEndpoints(calls),
    ...operatorUsageEndpoints(),
    ...virtualIpEndpoints(calls),
    ...aclEndpoints({ calls, settings: () => aclSettings(config()) }),
  ];
}
