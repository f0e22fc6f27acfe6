// The rows of Health.*.

import { list } from '../../../../msgpack/collections.js';
import { nullable, text } from '../../../../msgpack/kinds.js';
import { recordKind } from '../../../../msgpack/record-kinds.js';
import { struct } from '../../../../msgpack/struct.js';
import type { CheckRecord, NodeRecord, ServiceRecord } from '../../../../wire/records.js';
import { checkSchema, nodeSchema, serviceSchema } from '../../../../wire/schema/catalog.js';
import {
  type ChecksRequest,
  checksInState,
  type HealthEntry,
  type HealthRule,
  nodeChecks,
  type ServiceNodesKind,
  type ServiceNodesRequest,
  serviceChecks,
  serviceNodes,
} from '../../methods/catalog/health.js';
import { refusal } from '../../methods/contract/refusal.js';
import {
  askNarrowed,
  askNode,
  askService,
  type DatacenterArguments,
  type NodeArguments,
  narrowedKinds,
  nodeArguments,
  nodeMetaOf,
  type ServiceArguments,
  serviceArguments,
  tagsOf,
} from './arguments.js';
import { emptyAsNil, UNLIMITED } from './lists.js';
import { type QueryMeta, queryMetaKinds } from './query-options.js';
import type { ReadRow, Row } from './row.js';

type Checks = readonly CheckRecord[];

const checkList = list(recordKind(checkSchema), UNLIMITED);

interface ChecksReply extends QueryMeta {
  readonly HealthChecks: Checks | null;
}

const checksReply = struct<ChecksReply>({ HealthChecks: checkList, ...queryMetaKinds });

function showChecks(checks: Checks, meta: QueryMeta): ChecksReply {
  return { HealthChecks: emptyAsNil(checks), ...meta };
}

function checksOf({ HealthChecks }: ChecksReply): Checks {
  return HealthChecks ?? [];
}

const ofNode: ReadRow<NodeArguments, ChecksReply, ChecksRequest, Checks> = {
  kind: 'read',
  method: nodeChecks,
  arguments: nodeArguments,
  reply: checksReply,
  request: ({ Node, Filter }) => ({ name: Node, filter: Filter, nodeMeta: null, near: '', tags: [] }),
  ask: ({ name, filter }, options) => askNode(name, options, filter),
  show: showChecks,
  value: checksOf,
};

const ofService: ReadRow<ServiceArguments, ChecksReply, ChecksRequest, Checks> = {
  kind: 'read',
  method: serviceChecks,
  arguments: serviceArguments,
  reply: checksReply,
  request(args) {
    if (args.TagFilter) return refusal('failed', 'Tag filtering is not supported');
    const { ServiceName: name, Filter: filter, Source } = args;
    return { name, filter, nodeMeta: nodeMetaOf(args), near: Source.Node, tags: [] };
  },
  ask: (request, options) => askService(request.name, request, options),
  show: showChecks,
  value: checksOf,
};

interface StateArguments extends DatacenterArguments {
  readonly State: string;
}

const inState: ReadRow<StateArguments, ChecksReply, ChecksRequest, Checks> = {
  kind: 'read',
  method: checksInState,
  arguments: struct<StateArguments>({ ...narrowedKinds, State: text }),
  reply: checksReply,
  request(args) {
    const { State: name, Filter: filter, Source } = args;
    return { name, filter, nodeMeta: nodeMetaOf(args), near: Source.Node, tags: [] };
  },
  ask: (request, options) => ({ State: request.name, ...askNarrowed(request, options) }),
  show: showChecks,
  value: checksOf,
};

/** As CheckServiceNode goes over the wire. */
export interface Entry {
  readonly Node: NodeRecord | null;
  readonly Service: ServiceRecord | null;
  readonly Checks: Checks | null;
}

interface EntriesReply extends QueryMeta {
  readonly Nodes: readonly Entry[] | null;
}

const node = recordKind(nodeSchema);
const service = recordKind(serviceSchema);
export const entryKind = struct<Entry>({ Node: nullable(node), Service: nullable(service), Checks: checkList });

export function shownEntry({ node: Node, service: Service, checks }: HealthEntry): Entry {
  return { Node, Service, Checks: emptyAsNil(checks) };
}

export function readEntry({ Node, Service, Checks }: Entry): HealthEntry {
  return { node: Node ?? node.zero, service: Service ?? service.zero, checks: Checks ?? [] };
}

/** By the number that stands for each. */
const HEALTH: readonly HealthRule[] = ['any', 'not-critical', 'passing'];

function kindOf({ Connect, TagFilter, Ingress }: ServiceArguments): ServiceNodesKind {
  if (Connect) return 'connect';
  return Ingress && !TagFilter ? 'ingress' : 'service';
}

const instances: ReadRow<ServiceArguments, EntriesReply, ServiceNodesRequest, readonly HealthEntry[]> = {
  kind: 'read',
  method: serviceNodes,
  arguments: serviceArguments,
  reply: struct<EntriesReply>({ Nodes: list(entryKind, UNLIMITED), ...queryMetaKinds }),
  request(args) {
    const { ServiceName, PeerName: peer, Filter: filter, Source } = args;
    if (ServiceName === '') return refusal('failed', 'Must provide service name');
    return {
      service: ServiceName,
      kind: kindOf(args),
      peer,
      health: HEALTH[args.HealthFilterType] ?? 'any',
      filter,
      nodeMeta: nodeMetaOf(args),
      near: Source.Node,
      tags: tagsOf(args),
      isMerged: args.MergeCentralConfig,
    };
  },
  ask: (request, options) =>
    askService(request.service, request, options, {
      PeerName: request.peer,
      Connect: request.kind === 'connect',
      Ingress: request.kind === 'ingress',
      HealthFilterType: HEALTH.indexOf(request.health),
      MergeCentralConfig: request.isMerged === true,
    }),
  show(found, meta, { health }) {
    const shown = found.map(shownEntry);
    // As recorded: what was filtered by health is an empty list.
    return { Nodes: health === 'any' ? emptyAsNil(shown) : shown, ...meta };
  },
  value: ({ Nodes }) => (Nodes ?? []).map(readEntry),
};

export const healthRows: readonly Row[] = [ofNode, ofService, inState, instances];
