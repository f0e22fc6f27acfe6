// Virtual addresses of services: which one a service has, and those that operators give it beside it (spec/fsm.md, section 11).

import { isIPv4 } from 'node:net';
import { CommandType } from '../../../../wire/commands.js';
import { visibleAddress } from '../../../../wire/mesh/virtual-ip.js';
import type { PeeredServiceName } from '../../../../wire/records.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';

export interface VirtualIpRequest {
  readonly service: string;
  /** "" = this cluster. */
  readonly peer: string;
}

/** "" where the service has none. */
export const virtualIpForService: ReadMethod<VirtualIpRequest, string> = {
  name: 'Catalog.VirtualIPForService',
  prepare(store, { service, peer }, authorizer) {
    const denied = denial(authorizer, 'service:read', service);
    if (denied !== null) return denied;
    return {
      read() {
        const { index, value } = store.virtualIps.find(service, peer);
        return { index, value: value === null ? '' : visibleAddress(value.IP) };
      },
      watch: () => store.targets.virtualIps(),
    };
  },
};

export interface ManualVirtualIps {
  readonly service: string;
  readonly addresses: readonly string[];
}

export interface AssignedVirtualIps {
  /** False: the service has no virtual address of its own, and gets no others. */
  readonly found: boolean;
  /** Who had one of the addresses before. */
  readonly unassignedFrom: readonly PeeredServiceName[];
}

/** Many times what a service is given, and what a look through all services is made for. */
const MOST_ADDRESSES = 1_024;

export const assignManualVirtualIps: WriteMethod<ManualVirtualIps, AssignedVirtualIps> = {
  name: 'Internal.AssignManualServiceVIPs',
  decide(_leader, { service, addresses }, { authorizer }) {
    const denied = denial(authorizer, 'mesh:write', '');
    if (denied !== null) return denied;
    if (service === '') return refusal('failed', 'Must provide service name');
    const bad = addresses.find((address) => !isIPv4(address));
    if (bad !== undefined) return refusal('failed', `manual VIP ${JSON.stringify(bad)} is not a valid IPv4 address`);
    if (addresses.length > MOST_ADDRESSES) {
      return refusal('failed', `too many manual VIPs (${addresses.length} > ${MOST_ADDRESSES})`);
    }
    return {
      command: {
        type: CommandType.virtualIp,
        body: {
          IP: null,
          ManualIPs: [...new Set(addresses)],
          Service: { Peer: '', ServiceName: { Name: service } },
          CreateIndex: 0,
          ModifyIndex: 0,
        },
      },
      errorPrefix: 'raft apply failed: ',
      reply: (result) => (result.kind === 'virtual-ip' ? result : refusal('failed', 'the assignment had no answer')),
    };
  },
};
