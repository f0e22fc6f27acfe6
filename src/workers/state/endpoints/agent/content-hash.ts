// What tells one form of a service from another where clients wait for the next: the number that Consul makes of its public Go type
// for it, api.AgentService, so that who goes from one program's agent to the other's isn't told of a change that there was none.

import { mapped, type Structural, structural, structureHash } from '../../../../gotext/structure-hash.js';
import type { ProxyConfig, ServiceRecord, Upstream } from '../../../../wire/records.js';

/** Records never change. */
const kept = new WeakMap<ServiceRecord, string>();

/** In hexadecimal. Locality and datacenter don't count. */
export function contentHash(service: ServiceRecord): string {
  let hash = kept.get(service);
  if (hash === undefined) {
    hash = structureHash(agentService(service)).toString(16);
    kept.set(service, hash);
  }
  return hash;
}

function agentService(service: ServiceRecord): Structural {
  const { Kind, ID, Service, Tags, Meta, Port, Ports, Address, SocketPath, Weights, EnableTagOverride } = service;
  const { Passing = 0, Warning = 0 } = Weights ?? {};
  return struct('AgentService', {
    ...{ Kind, ID, Service, Tags: { list: Tags ?? [] }, Meta: { map: Meta ?? {} }, Port, Address, SocketPath },
    TaggedAddresses: {
      map: mapped(service.TaggedAddresses, (one) => struct('ServiceAddress', { Address: one.Address, Port: one.Port })),
    },
    Weights: struct('AgentWeights', { Passing, Warning }),
    EnableTagOverride,
    CreateIndex: 0,
    ModifyIndex: 0,
    ContentHash: '',
    Proxy: Kind === '' ? null : agentProxy(service.Proxy),
    Connect: service.Connect.Native ? struct('AgentServiceConnect', { Native: true, SidecarService: null }) : null,
    PeerName: '',
    ...whereGiven('Ports', Ports === null ? [] : Ports.map((one) => structural({ ...one }))),
  });
}

function struct(type: string, fields: { readonly [name: string]: Structural }): Structural {
  return { type, fields };
}

/** Younger than the type that the number is made of: it counts where it is used. */
function whereGiven(name: string, items: readonly Structural[]): { readonly [name: string]: Structural } {
  return items.length === 0 ? {} : { [name]: { list: items } };
}

function agentProxy(proxy: ProxyConfig): Structural {
  const { AccessLogs, TransparentProxy, Expose, MutualTLSMode } = proxy;
  return struct('AgentServiceConnectProxyConfig', {
    EnvoyExtensions: {
      list: (proxy.EnvoyExtensions ?? []).map(({ Name, Required, Arguments, ConsulVersion, EnvoyVersion }) =>
        struct('EnvoyExtension', { Name, Required, Arguments: dynamicMap(Arguments), ConsulVersion, EnvoyVersion }),
      ),
    },
    DestinationServiceName: proxy.DestinationServiceName,
    DestinationServiceID: proxy.DestinationServiceID,
    LocalServiceAddress: proxy.LocalServiceAddress,
    LocalServicePort: proxy.LocalServicePort,
    LocalServiceSocketPath: proxy.LocalServiceSocketPath,
    Mode: proxy.Mode,
    TransparentProxy: unlessEmpty('TransparentProxyConfig', TransparentProxy),
    Config: dynamicMap(proxy.Config),
    Upstreams: { list: (proxy.Upstreams ?? []).map(agentUpstream) },
    MeshGateway: struct('MeshGatewayConfig', { Mode: proxy.MeshGateway.Mode }),
    Expose: struct('ExposeConfig', {
      Checks: Expose.Checks,
      Paths: { list: (Expose.Paths ?? []).map((path) => struct('ExposePath', { ...path })) },
    }),
    AccessLogs: unlessEmpty('AccessLogsConfig', AccessLogs),
    ...whereGiven('MutualTLSMode', MutualTLSMode === '' ? [] : [MutualTLSMode]),
  });
}

function dynamicMap(value: ProxyConfig['Config'] | null): Structural {
  return { map: mapped(value ?? {}, structural) };
}

type Fields = { readonly [name: string]: string | boolean | number };

/** An agent shows none where everything in it is empty. */
function unlessEmpty<T extends { readonly [name in keyof T]: Fields[string] }>(type: string, fields: T): Structural {
  return Object.values(fields).some((value) => Boolean(value)) ? struct(type, { ...(fields as Fields) }) : null;
}

function agentUpstream({ Config, MeshGateway, IngressHosts, ...plain }: Upstream): Structural {
  return struct('Upstream', {
    ...plain,
    Config: dynamicMap(Config),
    MeshGateway: struct('MeshGatewayConfig', { Mode: MeshGateway.Mode }),
    ...whereGiven('IngressHosts', IngressHosts ?? []),
  });
}
