// What the UI shows of the mesh: whom a service calls and who calls it, what is behind a gateway, and the intentions about that.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, record } from '../../../../gotext/json-shape.js';
import { formJson } from '../../../../wire/config-entries/json.js';
import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import { intentionForm } from '../../../../wire/mesh/intentions.js';
import type { EndpointTable } from '../../http/endpoint.js';
import { json, text } from '../../http/message/reply.js';
import { read } from '../../http/operation.js';
import { anyText } from '../../http/parameters/parameters.js';
import { shapeOf } from '../../json/config-entry-shapes.js';
import { type GatewayBackend, gatewayIntentions, gatewayServiceDump } from '../../methods/mesh/gateway-lists.js';
import { type ServiceLink, type ServiceTopology, serviceTopology } from '../../methods/mesh/topology.js';
import { Summary, summaryMembers, summaryShape } from './service-summary.js';

export interface MeshListDependencies {
  readonly datacenter: string;
  /** Of connections that no intention speaks of. */
  readonly defaultPolicy: () => 'allow' | 'deny';
}

const linkShape = record('ServiceTopologySummary', {
  ...summaryMembers,
  Source: 'string',
  Intention: record('IntentionDecisionSummary', {
    Allowed: 'boolean',
    HasPermissions: 'boolean',
    ExternalSource: 'string',
    HasExact: 'boolean',
    DefaultAllow: 'boolean',
  }),
});

const topologyShape = record('ServiceTopology', {
  Protocol: 'string',
  TransparentProxy: 'boolean',
  Upstreams: listOf(linkShape),
  Downstreams: listOf(linkShape),
  FilteredByACLs: 'boolean',
});

function summaryOf(name: string, datacenter: string, instances: GatewayBackend['instances']): Summary {
  const summary = new Summary(name, instances[0]?.service.Kind ?? '', datacenter);
  for (const instance of instances) summary.add(instance);
  return summary;
}

function linkJson({ name, source, verdict, instances }: ServiceLink, datacenter: string): string {
  const decision =
    `{"Allowed":${verdict.isAllowed},"HasPermissions":${verdict.hasPermissions},` +
    `"ExternalSource":${quoteJson(verdict.externalSource)},"HasExact":${verdict.isExact},` +
    `"DefaultAllow":${verdict.isAllowedByDefault}}`;
  // Whoever is part of a topology is in the mesh.
  const members = summaryOf(name, datacenter, instances).members({ hasProxy: true });
  return `{${members},"Source":${quoteJson(source)},"Intention":${decision}}`;
}

function topologyJson(
  { protocol, isTransparent, upstreams, downstreams, isFiltered }: ServiceTopology,
  datacenter: string,
): string {
  const linksJson = (links: readonly ServiceLink[]) => listJson(links, (link) => linkJson(link, datacenter));
  return (
    `{"Protocol":${quoteJson(protocol)},"TransparentProxy":${isTransparent},` +
    `"Upstreams":${linksJson(upstreams)},"Downstreams":${linksJson(downstreams)},"FilteredByACLs":${isFiltered}}`
  );
}

/** By which others reach a service behind an ingress gateway: the hosts of its entry, else its name in DNS. */
function addressesOf({ GatewayKind, Service, Hosts, Port }: GatewayServiceRecord): readonly string[] {
  if (GatewayKind !== 'ingress-gateway') return [];
  const hosts = Hosts === null || Hosts.length === 0 ? [`${Service.Name}.ingress.consul`] : Hosts;
  return hosts.map((host) => `${host}:${Port}`);
}

/** A service is shown once, whatever number of ports lead to it. */
function backendsJson(backends: readonly GatewayBackend[], datacenter: string): string {
  const byName = new Map<string, { readonly backend: GatewayBackend; readonly addresses: string[] }>();
  for (const backend of backends) {
    const key = backend.mapping.Service.Name.toLowerCase();
    const known = byName.get(key) ?? { backend, addresses: [] };
    known.addresses.push(...addressesOf(backend.mapping));
    byName.set(key, known);
  }
  return listJson([...byName.values()], ({ backend: { mapping, instances }, addresses }) => {
    const isTerminating = mapping.GatewayKind === 'terminating-gateway';
    const summary = summaryOf(mapping.Service.Name, datacenter, instances);
    return `{${summary.members({ hasProxy: false, hasGateway: isTerminating, addresses })}}`;
  });
}

const READ = { acl: ['service:read'], effectiveConsistency: false } as const;

export function meshListEndpoints({ datacenter, defaultPolicy }: MeshListDependencies): EndpointTable {
  const topology = read({
    ...READ,
    summary: 'Whom a service calls and who calls it, as registered and as intentions allow it',
    parameters: { kind: anyText('`ingress-gateway` for what its entry leads to.') },
    answer: topologyShape,
    method: serviceTopology,
    request: ({ kind }, { rest: service }) => ({ service, kind, isAllowedByDefault: defaultPolicy() === 'allow' }),
    reply: (value) => json(topologyJson(value, datacenter)),
  });
  const backends = read({
    ...READ,
    summary: 'The services behind a gateway in short',
    answer: listOf(summaryShape),
    method: gatewayServiceDump,
    request: (_values, { rest }) => rest,
    reply: (value) => json(backendsJson(value, datacenter)),
  });
  const intentions = read({
    ...READ,
    summary: 'The intentions about the services behind a gateway, what counts first first',
    answer: listOf(shapeOf(intentionForm, 'Intention')),
    method: gatewayIntentions,
    request: (_values, { rest }) => rest,
    reply: (found) => json(listJson(found, (intention) => formJson(intentionForm, intention))),
  });
  const service = { name: 'service', about: 'The name of the service.', missing: text(400, 'Missing service name') };
  const gateway = { name: 'gateway', about: 'The name of the gateway.', missing: text(400, 'Missing gateway name') };
  const row = { answeredBy: 'servers' } as const;
  return [
    { ...row, path: '/v1/internal/ui/service-topology/', rest: service, methods: { GET: topology } },
    { ...row, path: '/v1/internal/ui/gateway-services-nodes/', rest: gateway, methods: { GET: backends } },
    { ...row, path: '/v1/internal/ui/gateway-intentions/', rest: gateway, methods: { GET: intentions } },
  ];
}
