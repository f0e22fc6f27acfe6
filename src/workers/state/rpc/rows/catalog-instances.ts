// The row of Catalog.ServiceNodes: instances by the name of their service, or by their address, each in one flat record with
// its node.

import { list } from '../../../../msgpack/collections.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { CatalogServiceRecord } from '../../../../wire/records.js';
import { catalogServiceSchema } from '../../../../wire/schema/catalog.js';
import {
  addressOwners,
  flatInstance,
  type ServiceInstance,
  type ServiceInstancesRequest,
  serviceInstances,
} from '../../methods/catalog/catalog.js';
import type { ReadMethod } from '../../methods/contract/method.js';
import { isRefusal, refusal } from '../../methods/contract/refusal.js';
import { askService, nodeMetaOf, type ServiceArguments, serviceArguments, tagsOf } from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, queryMetaKinds } from './query-options.js';
import type { ReadRow, Row } from './row.js';

interface InstancesReply extends QueryMeta {
  readonly ServiceNodes: readonly CatalogServiceRecord[] | null;
}

/** `address`: whoever has it, whatever its service; "" for none. */
interface InstancesRequest extends ServiceInstancesRequest {
  readonly address?: string;
}

type Instances = readonly ServiceInstance[];

/** By address it is one instance at most. */
const byNameOrAddress: ReadMethod<InstancesRequest, Instances> = {
  name: serviceInstances.name,
  prepare(store, request, authorizer) {
    const { address = '' } = request;
    if (address === '') return serviceInstances.prepare(store, request, authorizer);
    const owners = addressOwners.prepare(store, address, authorizer);
    if (isRefusal(owners)) return owners;
    return {
      read() {
        const { index, value } = owners.read();
        return { index, value: value.instance === undefined ? [] : [value.instance] };
      },
      watch: ({ index }) => owners.watch({ index, value: { node: undefined, instance: undefined } }),
    };
  },
};

/** What a flat record doesn't have, nobody shows of it: the node's indexes and its place. */
function unfolded(record: CatalogServiceRecord): ServiceInstance {
  const { PeerName, CreateIndex, ModifyIndex } = record;
  return {
    node: {
      ID: record.ID,
      Node: record.Node,
      Address: record.Address,
      Datacenter: record.Datacenter,
      Partition: '',
      PeerName,
      TaggedAddresses: record.TaggedAddresses,
      Meta: record.NodeMeta,
      Locality: null,
      CreateIndex,
      ModifyIndex,
    },
    service: {
      Kind: record.ServiceKind,
      ID: record.ServiceID,
      Service: record.ServiceName,
      Tags: record.ServiceTags,
      Address: record.ServiceAddress,
      TaggedAddresses: record.ServiceTaggedAddresses,
      Meta: record.ServiceMeta,
      Port: record.ServicePort,
      SocketPath: record.ServiceSocketPath,
      Weights: record.ServiceWeights,
      EnableTagOverride: record.ServiceEnableTagOverride,
      Proxy: record.ServiceProxy,
      Connect: record.ServiceConnect,
      LocallyRegisteredAsSidecar: false,
      PeerName,
      Locality: record.ServiceLocality,
      CreateIndex,
      ModifyIndex,
      Ports: record.ServicePorts,
    },
  };
}

const instances: ReadRow<ServiceArguments, InstancesReply, InstancesRequest, Instances> = {
  kind: 'read',
  method: byNameOrAddress,
  arguments: serviceArguments,
  reply: struct<InstancesReply>({
    ServiceNodes: list(recordKind(catalogServiceSchema), UNLIMITED),
    ...queryMetaKinds,
  }),
  request(args) {
    const { ServiceName: service, ServiceAddress: address, Connect: connect, Filter: filter } = args;
    if (service === '' && address === '') return refusal('failed', 'Must provide service name');
    return {
      service,
      address,
      connect,
      filter,
      nodeMeta: nodeMetaOf(args),
      near: args.Source.Node,
      tags: tagsOf(args),
      isMerged: args.MergeCentralConfig,
    };
  },
  ask(request, options) {
    const { service, connect, address = '', isMerged = false } = request;
    const choice = { Connect: connect, ServiceAddress: address, MergeCentralConfig: isMerged };
    return askService(service, request, options, choice);
  },
  show: (found, meta) => ({ ServiceNodes: emptyAsNil(found.map(flatInstance)), ...meta }),
  value: ({ ServiceNodes }) => (ServiceNodes ?? []).map(unfolded),
};

export const instanceRows: readonly Row[] = [instances];
