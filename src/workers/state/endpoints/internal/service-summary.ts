// The services in short, as the UI lists them: each name with its nodes, tags and the number of its checks in each state. A check of
// a node counts once for each service that runs there, whatever number of its instances do.

import { listJson, quoteJson } from '../../../../gotext/json-encode.js';
import { listOf, nullable, optional, record } from '../../../../gotext/json-shape.js';
import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { CheckRecord } from '../../../../wire/records.js';
import { type JsonPieces, listText } from '../../http/message/json-pieces.js';
import type { HealthEntry } from '../../methods/catalog/health.js';
import type { ServiceDump } from '../../methods/internal.js';

export const summaryMembers = {
  Kind: optional('string'),
  Name: 'string',
  Datacenter: 'string',
  Tags: nullable(listOf('string')),
  /** null: the service is named, and nobody has registered it. */
  Nodes: nullable(listOf('string')),
  ExternalSources: nullable(listOf('string')),
  InstanceCount: 'integer',
  ChecksPassing: 'integer',
  ChecksWarning: 'integer',
  ChecksCritical: 'integer',
  GatewayConfig: record('GatewayConfig', { Addresses: optional(listOf('string')) }),
  TransparentProxy: 'boolean',
  ConnectNative: 'boolean',
  ConnectedWithProxy: 'boolean',
  ConnectedWithGateway: 'boolean',
} as const;

export const summaryShape = record('ServiceSummary', summaryMembers);

/** How a service is reached, which none of its instances says. */
interface Reached {
  readonly hasProxy: boolean;
  readonly hasGateway?: boolean;
  /** `host:port` of an ingress gateway. */
  readonly addresses?: readonly string[];
}

export class Summary {
  readonly name: string;
  readonly #kind: string;
  readonly #datacenter: string;
  readonly #tags = new Set<string>();
  readonly #nodes = new Set<string>();
  readonly #sources = new Set<string>();
  readonly #checks = { passing: 0, warning: 0, critical: 0 };
  #instances = 0;
  #isTransparent = false;
  #isNative = false;

  constructor(name: string, kind: string, datacenter: string) {
    this.name = name;
    this.#kind = kind;
    this.#datacenter = datacenter;
  }

  add({ node, service, checks }: HealthEntry): void {
    const isAnotherNode = !this.#nodes.has(node.Node);
    this.#nodes.add(node.Node);
    this.#instances += 1;
    for (const tag of service.Tags ?? []) this.#tags.add(tag);
    const source = service.Meta?.['external-source'];
    if (source !== undefined && source !== '') this.#sources.add(source);
    this.#isTransparent ||= service.Proxy.Mode === 'transparent';
    this.#isNative ||= service.Connect.Native;
    for (const check of checks) if (check.ServiceID !== '' || isAnotherNode) this.#count(check);
  }

  #count({ Status }: CheckRecord): void {
    if (Status === 'passing' || Status === 'warning' || Status === 'critical') this.#checks[Status] += 1;
  }

  /** The members of its JSON. */
  members({ hasProxy, hasGateway = false, addresses = [] }: Reached): string {
    const { passing, warning, critical } = this.#checks;
    const kind = this.#kind === '' ? '' : `"Kind":${quoteJson(this.#kind)},`;
    return (
      `${kind}"Name":${quoteJson(this.name)},"Datacenter":${quoteJson(this.#datacenter)},"Tags":${sorted(this.#tags)},` +
      `"Nodes":${sorted(this.#nodes)},"ExternalSources":${sorted(this.#sources)},"InstanceCount":${this.#instances},` +
      `"ChecksPassing":${passing},"ChecksWarning":${warning},"ChecksCritical":${critical},"GatewayConfig":${gatewayJson(addresses)},` +
      `"TransparentProxy":${this.#isTransparent},"ConnectNative":${this.#isNative},"ConnectedWithProxy":${hasProxy},` +
      `"ConnectedWithGateway":${hasGateway}`
    );
  }
}

function gatewayJson(addresses: readonly string[]): string {
  return addresses.length === 0 ? '{}' : `{"Addresses":${listJson(addresses, quoteJson)}}`;
}

/** Nothing is null. */
function sorted(texts: ReadonlySet<string>): string {
  return texts.size === 0 ? 'null' : listJson([...texts].sort(compareUtf8), quoteJson);
}

export function servicesSummary({ instances, gateways }: ServiceDump): string | JsonPieces {
  const summaries = new Map<string, Summary>();
  const withProxy = new Set<string>();
  for (const entry of instances) {
    const { Service: name, Kind: kind, Proxy: proxy } = entry.service;
    let summary = summaries.get(name);
    if (summary === undefined) {
      summary = new Summary(name, kind, entry.node.Datacenter);
      summaries.set(name, summary);
    }
    summary.add(entry);
    if (kind === 'connect-proxy') withProxy.add(proxy.DestinationServiceName.toLowerCase());
  }
  // Behind an ingress gateway a service is no less reached by its own proxy.
  const terminating = gateways.filter(({ GatewayKind }) => GatewayKind === 'terminating-gateway');
  const withGateway = new Set(terminating.map(({ Service }) => Service.Name.toLowerCase()));
  const inOrder = [...summaries.values()].sort((a, b) => compareUtf8(a.name, b.name));
  return listText(inOrder, (summary) => {
    const name = summary.name.toLowerCase();
    return `{${summary.members({ hasProxy: withProxy.has(name), hasGateway: withGateway.has(name) })}}`;
  });
}
