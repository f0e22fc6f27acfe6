// A proxy or a gateway as it is registered, with what config entries say where the registration says nothing
// (`merge-central-config`). What was registered always counts more.

import type { ProxyConfig, ServiceRecord, Upstream } from '../../../../wire/records.js';
import {
  type CentralConfig,
  exposesAnything,
  type FreeConfig,
  type ServiceConfig,
  type UpstreamName,
} from './service-config.js';

const CONNECT_PROXY = 'connect-proxy';
const GATEWAYS: ReadonlySet<string> = new Set([
  'mesh-gateway',
  'terminating-gateway',
  'ingress-gateway',
  'api-gateway',
]);
const PREPARED_QUERY = 'prepared_query';
const TRANSPARENT = 'transparent';

/** What entries say, of which there may be no more than a server's answer. */
export type Said = Pick<CentralConfig, 'ofService' | 'ofUpstream' | 'namedUpstreams'>;

/** Whose defaults count for a record; null: it is neither a proxy nor a gateway, and nothing is said of it. */
export function configuredService({ Kind, Service, Proxy: proxy }: ServiceRecord): string | null {
  if (Kind === CONNECT_PROXY) return proxy.DestinationServiceName;
  return GATEWAYS.has(Kind) ? Service : null;
}

/** The same record where nothing is to be added, as of everything that is no proxy. */
export function withCentralConfig(record: ServiceRecord, central: Said): ServiceRecord {
  const service = configuredService(record);
  if (service === null) return record;
  const said = central.ofService(service);
  const own = withServiceConfig(record.Proxy, said);
  const Upstreams = record.Kind === CONNECT_PROXY ? upstreamsOf(own, service, central) : own.Upstreams;
  return { ...record, Proxy: { ...own, Upstreams } };
}

/** Those that its registration names, each once, but for prepared queries. */
export function registeredUpstreams({ Kind, Proxy: proxy }: ServiceRecord): readonly UpstreamName[] {
  if (Kind !== CONNECT_PROXY || proxy.Upstreams === null) return [];
  const names = new Map<string, UpstreamName>();
  for (const { DestinationType, DestinationName: name, DestinationPeer: peer } of proxy.Upstreams) {
    if (DestinationType !== PREPARED_QUERY) names.set(nameKey(peer, name), { name, peer });
  }
  return [...names.values()];
}

function withServiceConfig(own: ProxyConfig, said: ServiceConfig): ProxyConfig {
  const { OutboundListenerPort, DialedDirectly } = own.TransparentProxy;
  return {
    ...own,
    Config: bothConfigs(said.config, own.Config),
    Mode: own.Mode || said.mode,
    MutualTLSMode: own.MutualTLSMode || said.mutualTlsMode,
    MeshGateway: { Mode: own.MeshGateway.Mode || said.meshGateway },
    TransparentProxy: {
      OutboundListenerPort: OutboundListenerPort || said.transparentProxy.OutboundListenerPort,
      DialedDirectly: DialedDirectly || said.transparentProxy.DialedDirectly,
    },
    Expose: exposesAnything(own.Expose) ? own.Expose : said.expose,
    AccessLogs: own.AccessLogs.Enabled || said.accessLogs === null ? own.AccessLogs : said.accessLogs,
    EnvoyExtensions: (own.EnvoyExtensions ?? []).length > 0 ? own.EnvoyExtensions : said.envoyExtensions,
  };
}

/** Transparent proxies also have the upstreams that only the config entry names. */
function upstreamsOf(own: ProxyConfig, service: string, central: Said): ProxyConfig['Upstreams'] {
  const given = (own.Upstreams ?? []).map((upstream) => withUpstreamConfig(upstream, service, central));
  if (own.Mode !== TRANSPARENT) return own.Upstreams === null ? null : given;
  const known = new Set(given.map(({ DestinationPeer, DestinationName }) => nameKey(DestinationPeer, DestinationName)));
  const named = central.namedUpstreams(service).filter(({ peer, name }) => !known.has(nameKey(peer, name)));
  const added = named.map(({ name, peer }): Upstream => {
    const bare = { ...NO_UPSTREAM, DestinationName: name, DestinationPeer: peer };
    return withUpstreamConfig(bare, service, central);
  });
  const all = [...given, ...added];
  return all.length === 0 ? own.Upstreams : all;
}

const NO_UPSTREAM: Upstream = {
  CentrallyConfigured: true,
  Config: null,
  Datacenter: '',
  DestinationName: '',
  DestinationNamespace: '',
  DestinationPartition: '',
  DestinationPeer: '',
  DestinationType: 'service',
  IngressHosts: null,
  LocalBindAddress: '',
  LocalBindPort: 0,
  LocalBindSocketMode: '',
  LocalBindSocketPath: '',
  MeshGateway: { Mode: '' },
};

function nameKey(peer: string, name: string): string {
  return `${peer}\0${name.toLowerCase()}`;
}

function withUpstreamConfig(upstream: Upstream, service: string, central: Said): Upstream {
  if (upstream.DestinationType === PREPARED_QUERY) return upstream;
  const { DestinationName: name, DestinationPeer: peer } = upstream;
  const said = central.ofUpstream(service, { name, peer });
  return {
    ...upstream,
    Config: bothConfigs(said.config, upstream.Config),
    MeshGateway: { Mode: upstream.MeshGateway.Mode || said.meshGateway },
  };
}

/** Key by key. The same object where one of them says nothing. */
function bothConfigs(said: FreeConfig | null, own: FreeConfig | null): FreeConfig | null {
  if (said === null || own === null) return own ?? said;
  return { ...said, ...own };
}
