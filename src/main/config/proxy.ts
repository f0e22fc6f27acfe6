// The `proxy` block of a service definition as a record. lictor validates and keeps it; the mesh comes later.

import type { Dynamic, ExposePath, ProxyConfig, Upstream } from '../../wire/records.js';
import type { SERVICE } from './schema/definitions.js';
import type { FreeObject, Given } from './schema/types.js';

type ProxySettings = Given<(typeof SERVICE)['proxy']>;
type UpstreamSettings = NonNullable<ProxySettings['upstreams']>[number];

function freeRecord(value: FreeObject | undefined): { readonly [key: string]: Dynamic } | null {
  return value ?? null;
}

export function proxyRecord(proxy: ProxySettings = {}): ProxyConfig {
  return {
    AccessLogs: {
      DisableListenerLogs: proxy.access_logs?.disable_listener_logs ?? false,
      Enabled: proxy.access_logs?.enabled ?? false,
      JSONFormat: proxy.access_logs?.json_format ?? '',
      Path: proxy.access_logs?.path ?? '',
      TextFormat: proxy.access_logs?.text_format ?? '',
      Type: proxy.access_logs?.type ?? '',
    },
    Config: freeRecord(proxy.config),
    DestinationServiceID: proxy.destination_service_id ?? '',
    DestinationServiceName: proxy.destination_service_name ?? '',
    EnvoyExtensions:
      proxy.envoy_extensions?.map((extension) => ({
        Arguments: freeRecord(extension.arguments),
        ConsulVersion: extension.consul_version ?? '',
        EnvoyVersion: extension.envoy_version ?? '',
        Name: extension.name ?? '',
        Required: extension.required ?? false,
      })) ?? null,
    Expose: { Checks: proxy.expose?.checks ?? false, Paths: exposePaths(proxy) },
    LocalServiceAddress: proxy.local_service_address ?? '',
    LocalServicePort: proxy.local_service_port ?? 0,
    LocalServiceSocketPath: proxy.local_service_socket_path ?? '',
    MeshGateway: { Mode: proxy.mesh_gateway?.mode ?? '' },
    Mode: proxy.mode ?? '',
    MutualTLSMode: proxy.mutual_tls_mode ?? '',
    TransparentProxy: {
      DialedDirectly: proxy.transparent_proxy?.dialed_directly ?? false,
      OutboundListenerPort: proxy.transparent_proxy?.outbound_listener_port ?? 0,
    },
    Upstreams: proxy.upstreams?.map(upstreamRecord) ?? null,
  };
}

function exposePaths(proxy: ProxySettings): readonly ExposePath[] | null {
  return (
    proxy.expose?.paths?.map((path) => ({
      ListenerPort: path.listener_port ?? 0,
      LocalPathPort: path.local_path_port ?? 0,
      ParsedFromCheck: false,
      Path: path.path ?? '',
      Protocol: path.protocol ?? '',
    })) ?? null
  );
}

function upstreamRecord(upstream: UpstreamSettings): Upstream {
  return {
    CentrallyConfigured: false,
    Config: freeRecord(upstream.config),
    Datacenter: upstream.datacenter ?? '',
    DestinationName: upstream.destination_name ?? '',
    DestinationNamespace: upstream.destination_namespace ?? '',
    DestinationPartition: upstream.destination_partition ?? '',
    DestinationPeer: upstream.destination_peer ?? '',
    DestinationType: upstream.destination_type ?? 'service',
    IngressHosts: null,
    LocalBindAddress: upstream.local_bind_address ?? '',
    LocalBindPort: upstream.local_bind_port ?? 0,
    LocalBindSocketMode: upstream.local_bind_socket_mode ?? '',
    LocalBindSocketPath: upstream.local_bind_socket_path ?? '',
    MeshGateway: { Mode: upstream.mesh_gateway?.mode ?? '' },
  };
}
