// The rows of the endpoint table that servers answer, over this server's own store and log.

import type { RuntimeConfig } from '../../wire/config.js';
import type { Consensus } from './consensus.js';
import { catalogReads } from './endpoints/catalog-read.js';
import { catalogWrites } from './endpoints/catalog-write.js';
import { healthEndpoints } from './endpoints/health.js';
import { internalEndpoints } from './endpoints/internal.js';
import { kvEndpoints } from './endpoints/kv.js';
import { sessionEndpoints } from './endpoints/session.js';
import { statusEndpoints } from './endpoints/status.js';
import { txnEndpoints } from './endpoints/txn.js';
import { Writes } from './endpoints/writes.js';
import type { EndpointTable } from './http/endpoint.js';
import type { StateStore } from './store/state-store.js';

export interface ServerEndpointDependencies {
  readonly store: StateStore;
  readonly consensus: Consensus;
  /** The configuration as it is now; a reload changes it. */
  readonly config: () => RuntimeConfig;
  /** `host:port`; "" when no leader is known. */
  readonly leaderAddress: () => string;
  readonly renewSession: (id: string) => void;
}

export function serverEndpoints(dependencies: ServerEndpointDependencies): EndpointTable {
  const { store, consensus, config, leaderAddress, renewSession } = dependencies;
  const { datacenter, nodeName } = config();
  const writes = new Writes(consensus, datacenter);
  return [
    ...kvEndpoints({ store, writes, maxValueSize: () => config().limits.kvMaxValueSize }),
    ...catalogReads({ store, nodeName, datacenter }),
    ...catalogWrites({ store, writes }),
    ...healthEndpoints({ store, nodeName }),
    ...sessionEndpoints({
      store,
      writes,
      nodeName,
      ttlMinMs: () => config().sessionTtlMinMs,
      renew: renewSession,
    }),
    ...statusEndpoints({
      datacenter,
      leader: leaderAddress,
      peers: () => (leaderAddress() === '' ? [] : [leaderAddress()]),
    }),
    ...txnEndpoints({
      store,
      writes,
      maxRequestLength: () => config().limits.txnMaxReqLen,
      verifyLeader: () => consensus.verifyLeader(),
    }),
    ...internalEndpoints({ store, nodeName }),
  ];
}
