// The row of Operator.Usage.

import { objectOf } from '../../../../msgpack/collections.js';
import { bool, int } from '../../../../msgpack/kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import {
  type CatalogUsage,
  operatorUsage,
  type UsageByDatacenter,
  type UsageRequest,
} from '../../methods/operator/operator-usage.js';
import { type DatacenterArguments, datacenterArguments, narrowedKinds } from './arguments.js';
import { type QueryMeta, queryMetaKinds } from './query-options.js';
import type { ReadRow, Row } from './row.js';

interface UsageArguments extends DatacenterArguments {
  readonly Global: boolean;
}

interface ServiceUsage {
  readonly Services: number;
  readonly ServiceInstances: number;
  readonly ConnectServiceInstances: { readonly [kind: string]: number } | null;
  readonly BillableServiceInstances: number;
  readonly Nodes: number;
}

interface UsageReply extends QueryMeta {
  readonly Usage: { readonly [datacenter: string]: ServiceUsage } | null;
}

const serviceUsage = struct<ServiceUsage>({
  Services: int,
  ServiceInstances: int,
  ConnectServiceInstances: objectOf(int),
  BillableServiceInstances: int,
  Nodes: int,
});

function shown({ nodes, services, instances, billable, connect }: CatalogUsage): ServiceUsage {
  return {
    Services: services,
    ServiceInstances: instances,
    ConnectServiceInstances: Object.fromEntries(connect),
    BillableServiceInstances: billable,
    Nodes: nodes,
  };
}

function taken(usage: ServiceUsage): CatalogUsage {
  return {
    services: usage.Services,
    instances: usage.ServiceInstances,
    connect: new Map(Object.entries(usage.ConnectServiceInstances ?? {})),
    billable: usage.BillableServiceInstances,
    nodes: usage.Nodes,
  };
}

const usage: ReadRow<UsageArguments, UsageReply, UsageRequest, UsageByDatacenter> = {
  kind: 'read',
  method: operatorUsage,
  arguments: struct<UsageArguments>({ ...narrowedKinds, Global: bool }),
  reply: struct<UsageReply>({ Usage: objectOf(serviceUsage), ...queryMetaKinds }),
  request: ({ Datacenter, Global }, own) => ({ datacenter: Datacenter === '' ? own : Datacenter, global: Global }),
  ask: ({ global }, options) => ({ ...datacenterArguments.zero, ...options, Global: global }),
  show: (value, meta) => ({
    Usage: Object.fromEntries(Array.from(value, ([datacenter, of]) => [datacenter, shown(of)])),
    ...meta,
  }),
  value: ({ Usage }) => new Map(Object.entries(Usage ?? {}).map(([datacenter, of]) => [datacenter, taken(of)])),
};

export const operatorUsageRows: readonly Row[] = [usage];
