// The servers of this datacenter that can be asked, as the catalog has them: those whose node is alive. No token is looked at, since
// whoever asks has reached one of them.

import type { CheckRecord } from '../../../../wire/records.js';
import type { HealthEntry } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';

export interface ReadyServer {
  /** Of its node. */
  readonly id: string;
  /** An IP address. */
  readonly address: string;
  /** As servers of other datacenters reach it. */
  readonly wanAddress: string;
  /** Of its Consul. */
  readonly version: string;
}

const SERVER_SERVICE = 'consul';
const SERF_HEALTH = 'serfHealth';

export const readyServers: ReadMethod<null, readonly ReadyServer[]> = {
  name: 'Catalog.ReadyServers',
  prepare: ({ catalog, targets }) => ({
    read() {
      const { index, value } = catalog.serviceHealth(SERVER_SERVICE);
      return { index, value: value.filter(({ checks }) => checks.some(isAlive)).map(serverOf) };
    },
    watch: ({ value }) => targets.serviceHealth(SERVER_SERVICE, value.length > 0),
    watchValue: () => targets.serviceHealth(SERVER_SERVICE, true),
  }),
};

function isAlive({ CheckID, Status }: CheckRecord): boolean {
  return CheckID === SERF_HEALTH && Status === 'passing';
}

function serverOf({ node, service }: HealthEntry): ReadyServer {
  return {
    id: node.ID,
    address: node.Address,
    wanAddress: node.TaggedAddresses?.['wan'] ?? node.Address,
    version: service.Meta?.['version'] ?? '',
  };
}
