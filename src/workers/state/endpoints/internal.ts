// Lists made for the UI and for peering: nodes with all that runs on them, and exported services (none without peers).

import { listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import type { NodeRecord } from '../../../wire/records.js';
import { nodeDumpFields } from '../filter/fields.js';
import {
  type ApiRequest,
  type EndpointTable,
  json,
  type PreparedRead,
  type Read,
  type Reply,
} from '../http/endpoint.js';
import { checkJson, serviceJson } from '../json/record-json.js';
import type { StoreReads } from '../replica/store/read-api.js';
import { listOptions } from './list-options.js';

export interface InternalDependencies {
  readonly store: StoreReads;
  readonly nodeName: string;
}

type Dump = NonNullable<ReturnType<StoreReads['catalog']['nodeDump']>>;

function dumpJson({ node, services, checks }: Dump): string {
  return (
    `{"ID":${quoteJson(node.ID)},"Node":${quoteJson(node.Node)},"Address":${quoteJson(node.Address)},` +
    `"TaggedAddresses":${mapJson(node.TaggedAddresses, quoteJson)},"Meta":${mapJson(node.Meta, quoteJson)},` +
    `"Services":${listJson(services, serviceJson)},"Checks":${listJson(checks, checkJson)}}`
  );
}

export function internalEndpoints(dependencies: InternalDependencies): EndpointTable {
  const { store } = dependencies;
  const read = <T>(prepare: (request: ApiRequest) => PreparedRead<T> | Reply): Read<T> => ({
    kind: 'read',
    effectiveConsistency: false,
    prepare,
  });
  return [
    {
      path: '/v1/internal/ui/nodes',
      answeredBy: 'servers',
      acl: 'node:read',
      methods: { GET: read((request) => nodeDumps(dependencies, request)) },
    },
    {
      path: '/v1/exported-services',
      answeredBy: 'servers',
      acl: 'mesh:read',
      methods: {
        GET: read(() => ({
          read: () => ({ index: store.index('config-entries'), value: null }),
          watch: () => [{ kind: 'index', key: 'config-entries' }],
          reply: () => json('[]'),
        })),
      },
    },
  ];
}

function nodeDumps(
  { store, nodeName }: InternalDependencies,
  request: ApiRequest,
): PreparedRead<readonly NodeRecord[]> | Reply {
  const parsed = listOptions(request, nodeDumpFields, nodeName, false);
  if (!parsed.ok) return parsed.reply;
  const { matches } = parsed.options;
  return {
    // The dump depends on nodes, services and checks alike: the highest of their indexes tells of any change.
    read: () => ({
      index: Math.max(store.index('nodes'), store.index('services'), store.index('checks')),
      value: store.catalog.nodes(null).value,
    }),
    watch: () => ['nodes', 'services', 'checks'].map((key) => ({ kind: 'index', key })),
    reply: ({ value }) => {
      const dumps = value.flatMap((node) => store.catalog.nodeDump(node.Node) ?? []);
      const kept =
        matches === null
          ? dumps
          : dumps.filter(({ node, services, checks }) => matches({ ...node, Services: services, Checks: checks }));
      return json(listJson(kept, dumpJson));
    },
  };
}
