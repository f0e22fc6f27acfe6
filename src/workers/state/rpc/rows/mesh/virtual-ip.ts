// The rows of virtual addresses. The answer of the read is a bare text, without what other reads say of where it comes from.

import { list } from '../../../../../msgpack/collections.js';
import { bool, type Kind, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { PeeredServiceName } from '../../../../../wire/records.js';
import { peeredServiceSchema } from '../../../../../wire/schema/state.js';
import { EVERYTHING } from '../../../methods/contract/narrowing.js';
import {
  type AssignedVirtualIps,
  assignManualVirtualIps,
  type ManualVirtualIps,
  type VirtualIpRequest,
  virtualIpForService,
} from '../../../methods/mesh/virtual-ip.js';
import { askService, type ServiceArguments, serviceArguments } from '../arguments.js';
import { type QueryMeta, unset } from '../query-options.js';
import type { ReadRow, Row, WriteOptions, WriteRow } from '../row.js';

interface AddressReply extends QueryMeta {
  readonly address: string;
}

const bareAddress: Kind<AddressReply> = {
  zero: { address: '', ...unset },
  isEmpty: ({ address }) => address === '',
  write: (writer, { address }) => writer.text(address),
  // Whoever was asked has answered, so there is a leader.
  read: (reader) => ({ address: reader.text(), ...unset, KnownLeader: true }),
};

const ofService: ReadRow<ServiceArguments, AddressReply, VirtualIpRequest, string> = {
  kind: 'read',
  method: virtualIpForService,
  arguments: serviceArguments,
  reply: bareAddress,
  request: ({ ServiceName: service, PeerName: peer }) => ({ service, peer }),
  ask: ({ service, peer }, options) => askService(service, EVERYTHING, options, { PeerName: peer }),
  show: (address, meta) => ({ address, ...meta }),
  value: ({ address }) => address,
};

interface AssignArguments extends WriteOptions {
  readonly Service: string;
  readonly ManualVIPs: readonly string[] | null;
}

interface AssignReply {
  readonly Found: boolean;
  readonly UnassignedFrom: readonly PeeredServiceName[] | null;
}

const assign: WriteRow<AssignArguments, AssignReply, ManualVirtualIps, AssignedVirtualIps> = {
  kind: 'write',
  method: assignManualVirtualIps,
  arguments: struct<AssignArguments>({ Datacenter: text, Service: text, ManualVIPs: list(text), Token: text }),
  reply: struct<AssignReply>({ Found: bool, UnassignedFrom: list(recordKind(peeredServiceSchema)) }),
  request: ({ Service: service, ManualVIPs }) => ({ service, addresses: ManualVIPs ?? [] }),
  ask: ({ service, addresses }, { Datacenter, Token }) => ({
    Service: service,
    ManualVIPs: addresses,
    Datacenter,
    Token,
  }),
  show: ({ found, unassignedFrom }) => ({
    Found: found,
    UnassignedFrom: unassignedFrom.length === 0 ? null : unassignedFrom,
  }),
  value: ({ Found, UnassignedFrom }) => ({ found: Found, unassignedFrom: UnassignedFrom ?? [] }),
};

export const virtualIpRows: readonly Row[] = [ofService, assign];
