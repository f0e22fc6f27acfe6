// The rows of the endpoint table that servers answer, over this server's own store and log.

import type { RuntimeConfig } from '../../wire/config.js';
import type { Member } from '../../wire/gossip-pools.js';
import type { CoordinateRecord } from '../../wire/records.js';
import type { Consensus } from './consensus.js';
import type { AgentControl } from './control-client.js';
import { catalogReads } from './endpoints/catalog-read.js';
import { catalogWrites } from './endpoints/catalog-write.js';
import { coordinateEndpoints } from './endpoints/coordinate.js';
import { healthEndpoints } from './endpoints/health.js';
import { internalEndpoints } from './endpoints/internal.js';
import { keyringEndpoints } from './endpoints/keyring.js';
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
  readonly control: AgentControl;
  readonly wanMembers: () => readonly Member[];
  readonly updateCoordinate: (record: CoordinateRecord) => void;
}

export function serverEndpoints(dependencies: ServerEndpointDependencies): EndpointTable {
  const { store, consensus, config, leaderAddress, renewSession, control, wanMembers, updateCoordinate } = dependencies;
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
      hasLeader: () => consensus.leadership.hasLeader,
    }),
    ...internalEndpoints({ store, nodeName }),
    ...coordinateEndpoints({
      store,
      control,
      disabled: () => config().disableCoordinates,
      wanMembers,
      hasLeader: () => consensus.leadership.hasLeader,
      update: updateCoordinate,
    }),
    ...keyringEndpoints({ control, datacenter, hasWan: () => wanMembers().length > 0 }),
  ];
}
