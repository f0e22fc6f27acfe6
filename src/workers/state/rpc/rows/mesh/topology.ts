// The rows of what the UI shows of the mesh. How stock's servers tell each other of it is not known: lictor's have a form of their
// own.

import { list } from '../../../../../msgpack/collections.js';
import { intentionKind } from '../../../../../msgpack/intentions.js';
import { bool, type Kind, text } from '../../../../../msgpack/kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { GatewayServiceRecord } from '../../../../../wire/mesh/gateway-service.js';
import type { IntentionRecord } from '../../../../../wire/mesh/intentions.js';
import { EVERYTHING } from '../../../methods/contract/narrowing.js';
import { type GatewayBackend, gatewayIntentions, gatewayServiceDump } from '../../../methods/mesh/gateway-lists.js';
import {
  intentionUpstreams,
  intentionUpstreamsDestination,
  type UpstreamsQuestion,
} from '../../../methods/mesh/intention-upstreams.js';
import {
  type LinkSource,
  type ServiceLink,
  type ServiceTopology,
  serviceTopology,
  type TopologyQuestion,
} from '../../../methods/mesh/topology.js';
import { askService, type ServiceArguments, serviceArguments } from '../arguments.js';
import { gatewayService } from '../catalog.js';
import { type Entry, entryKind, readEntry, shownEntry } from '../health.js';
import { emptyAsNil, UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row } from '../row.js';

interface TopologyArguments extends QueryOptions {
  readonly ServiceName: string;
  readonly ServiceKind: string;
  readonly DefaultAllow: boolean;
}

interface Link {
  readonly Name: string;
  readonly Source: string;
  readonly Allowed: boolean;
  readonly HasPermissions: boolean;
  readonly ExternalSource: string;
  readonly HasExact: boolean;
  readonly Nodes: readonly Entry[] | null;
}

const links: Kind<readonly Link[] | null> = list(
  struct<Link>({
    Name: text,
    Source: text,
    Allowed: bool,
    HasPermissions: bool,
    ExternalSource: text,
    HasExact: bool,
    Nodes: list(entryKind, UNLIMITED),
  }),
  UNLIMITED,
);

interface TopologyReply extends QueryMeta {
  readonly Protocol: string;
  readonly TransparentProxy: boolean;
  readonly FilteredByACLs: boolean;
  readonly Upstreams: readonly Link[] | null;
  readonly Downstreams: readonly Link[] | null;
}

function shownLink({ name, source, verdict, instances }: ServiceLink): Link {
  return {
    Name: name,
    Source: source,
    Allowed: verdict.isAllowed,
    HasPermissions: verdict.hasPermissions,
    ExternalSource: verdict.externalSource,
    HasExact: verdict.isExact,
    Nodes: instances.map(shownEntry),
  };
}

const SOURCES: readonly LinkSource[] = ['registration', 'specific-intention', 'wildcard-intention', 'default-allow'];

function readLink(link: Link, isAllowedByDefault: boolean): ServiceLink {
  return {
    name: link.Name,
    source: SOURCES.find((source) => source === link.Source) ?? 'registration',
    verdict: {
      isAllowed: link.Allowed,
      hasPermissions: link.HasPermissions,
      externalSource: link.ExternalSource,
      isExact: link.HasExact,
      isAllowedByDefault,
    },
    instances: (link.Nodes ?? []).map(readEntry),
  };
}

const topology: ReadRow<TopologyArguments, TopologyReply, TopologyQuestion, ServiceTopology> = {
  kind: 'read',
  method: serviceTopology,
  arguments: struct<TopologyArguments>({
    ServiceName: text,
    ServiceKind: text,
    DefaultAllow: bool,
    Datacenter: text,
    ...queryOptionKinds,
  }),
  reply: struct<TopologyReply>({
    Protocol: text,
    TransparentProxy: bool,
    FilteredByACLs: bool,
    Upstreams: links,
    Downstreams: links,
    ...queryMetaKinds,
  }),
  request: ({ ServiceName: service, ServiceKind: kind, DefaultAllow: isAllowedByDefault }) => ({
    service,
    kind,
    isAllowedByDefault,
  }),
  ask: ({ service, kind, isAllowedByDefault }, options) => ({
    ServiceName: service,
    ServiceKind: kind,
    DefaultAllow: isAllowedByDefault,
    ...options,
  }),
  show: ({ protocol, isTransparent, upstreams, downstreams, isFiltered }, meta) => ({
    Protocol: protocol,
    TransparentProxy: isTransparent,
    FilteredByACLs: isFiltered,
    Upstreams: upstreams.map(shownLink),
    Downstreams: downstreams.map(shownLink),
    ...meta,
  }),
  value: (reply, { isAllowedByDefault }) => ({
    protocol: reply.Protocol,
    isTransparent: reply.TransparentProxy,
    isFiltered: reply.FilteredByACLs,
    upstreams: (reply.Upstreams ?? []).map((link) => readLink(link, isAllowedByDefault)),
    downstreams: (reply.Downstreams ?? []).map((link) => readLink(link, isAllowedByDefault)),
  }),
};

interface ServiceName {
  readonly Name: string;
}

interface UpstreamsReply extends QueryMeta {
  readonly Services: readonly ServiceName[] | null;
}

type UpstreamsRow = ReadRow<ServiceArguments, UpstreamsReply, UpstreamsQuestion, readonly string[]>;

function upstreamsRow(method: UpstreamsRow['method']): UpstreamsRow {
  return {
    kind: 'read',
    method,
    arguments: serviceArguments,
    reply: struct<UpstreamsReply>({
      Services: list(struct<ServiceName>({ Name: text }), UNLIMITED),
      ...queryMetaKinds,
    }),
    // What holds where nothing is said is the answering server's to say, whatever the one says that passed it on.
    request: ({ ServiceName: service }, _datacenter, { allowsUnnamedConnections }) => ({
      service,
      isAllowedByDefault: allowsUnnamedConnections(),
    }),
    ask: ({ service }, options) => askService(service, EVERYTHING, options),
    show: (names, meta) => ({ Services: emptyAsNil(names.map((Name) => ({ Name }))), ...meta }),
    value: ({ Services }) => (Services ?? []).map(({ Name }) => Name),
  };
}

interface Backend {
  readonly Mapping: GatewayServiceRecord;
  readonly Nodes: readonly Entry[] | null;
}

interface DumpReply extends QueryMeta {
  readonly Backends: readonly Backend[] | null;
}

const dump: ReadRow<ServiceArguments, DumpReply, string, readonly GatewayBackend[]> = {
  kind: 'read',
  method: gatewayServiceDump,
  arguments: serviceArguments,
  reply: struct<DumpReply>({
    Backends: list(struct<Backend>({ Mapping: gatewayService, Nodes: list(entryKind, UNLIMITED) }), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: ({ ServiceName }) => ServiceName,
  ask: (gateway, options) => askService(gateway, EVERYTHING, options),
  show: (found, meta) => ({
    Backends: found.map(({ mapping, instances }) => ({ Mapping: mapping, Nodes: instances.map(shownEntry) })),
    ...meta,
  }),
  value: ({ Backends }) =>
    (Backends ?? []).map(({ Mapping, Nodes }) => ({ mapping: Mapping, instances: (Nodes ?? []).map(readEntry) })),
};

interface IntentionsReply extends QueryMeta {
  readonly Intentions: readonly IntentionRecord[] | null;
}

const intentions: ReadRow<ServiceArguments, IntentionsReply, string, readonly IntentionRecord[]> = {
  kind: 'read',
  method: gatewayIntentions,
  arguments: serviceArguments,
  reply: struct<IntentionsReply>({ Intentions: list(intentionKind, UNLIMITED), ...queryMetaKinds }),
  request: ({ ServiceName }) => ServiceName,
  ask: (gateway, options) => askService(gateway, EVERYTHING, options),
  show: (found, meta) => ({ Intentions: found, ...meta }),
  value: ({ Intentions }) => Intentions ?? [],
};

export const topologyRows: readonly Row[] = [
  topology,
  upstreamsRow(intentionUpstreams),
  upstreamsRow(intentionUpstreamsDestination),
  dump,
  intentions,
];
