// The rows of the endpoint table whose reads a reader answers. Whatever else they have, and all other rows, it hands over.

import type { RuntimeConfig } from '../../../wire/config.js';
import type { Calls } from '../calls/calls.js';
import { catalogReads } from '../endpoints/catalog-read.js';
import { healthEndpoints } from '../endpoints/health.js';
import { internalEndpoints } from '../endpoints/internal/internal.js';
import { meshListEndpoints } from '../endpoints/internal/mesh-lists.js';
import { kvEndpoints } from '../endpoints/kv/kv.js';
import { connectCaEndpoints } from '../endpoints/mesh/connect-ca.js';
import { discoveryChainEndpoints } from '../endpoints/mesh/discovery-chain.js';
import { intentionEndpoints } from '../endpoints/mesh/intention.js';
import { queryEndpoints } from '../endpoints/query/query.js';
import { sessionEndpoints } from '../endpoints/session.js';
import type { EndpointTable } from '../http/endpoint.js';

export function readerEndpoints(calls: Calls, config: () => RuntimeConfig): EndpointTable {
  const { datacenter, nodeName } = config();
  return [
    ...kvEndpoints({
      calls,
      maxValueSize: () => config().limits.kvMaxValueSize,
      validatesKeys: () => config().validatesKvKeys,
    }),
    ...catalogReads({ calls, nodeName, datacenter }),
    ...discoveryChainEndpoints(calls),
    ...intentionEndpoints(calls),
    ...connectCaEndpoints({ calls, isEnabled: () => config().connect.enabled }),
    ...healthEndpoints(nodeName),
    ...sessionEndpoints({ calls, nodeName }),
    ...internalEndpoints(),
    ...meshListEndpoints({ datacenter, defaultPolicy: () => config().defaultIntentionPolicy }),
    ...queryEndpoints({ calls, nodeName, datacenter }),
  ];
}
