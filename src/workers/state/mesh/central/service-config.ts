// What `proxy-defaults` and `service-defaults` say of the proxies of a service, put together: what is said of the service counts
// more than what is said of all proxies. Pure; an entry is looked up once for all that ask for the same.

import { formatDuration } from '../../../../gotext/duration.js';
import type { Dynamic } from '../../../../gotext/dynamic.js';
import { setProperty } from '../../../../gotext/json-scan.js';
import type { EntryOf } from '../../../../wire/config-entries/entries.js';
import { type FindEntry, GLOBAL } from '../chain/entries.js';

type ServiceDefaults = EntryOf<'service-defaults'>;
type ProxyDefaults = EntryOf<'proxy-defaults'>;
type UpstreamDefaults = NonNullable<NonNullable<ServiceDefaults['UpstreamConfig']>['Defaults']>;
export type FreeConfig = { readonly [key: string]: Dynamic };

/** What proxies of a service are to have where their registration says nothing. */
export interface ServiceConfig {
  /** In the names that Envoy's settings have in a registration; null: nothing is said. */
  readonly config: FreeConfig | null;
  /** A mode; "" = nothing is said. */
  readonly meshGateway: string;
  readonly mode: string;
  readonly mutualTlsMode: string;
  readonly transparentProxy: ServiceDefaults['TransparentProxy'];
  readonly expose: ServiceDefaults['Expose'];
  readonly accessLogs: ProxyDefaults['AccessLogs'] | null;
  readonly envoyExtensions: NonNullable<ServiceDefaults['EnvoyExtensions']> | null;
  readonly destination: ServiceDefaults['Destination'];
  readonly meta: ServiceDefaults['Meta'];
}

/** What is to hold of connections to one upstream. */
export interface UpstreamConfig {
  readonly config: FreeConfig | null;
  readonly meshGateway: string;
}

/** An upstream by its name; "" as peer: of this cluster. */
export interface UpstreamName {
  readonly name: string;
  readonly peer: string;
}

const NO_EXPOSE: ServiceDefaults['Expose'] = { Checks: false, Paths: null };

export class CentralConfig {
  readonly #find: FindEntry;
  readonly #all: ProxyDefaults | undefined;
  readonly #services = new Map<string, ServiceConfig>();
  readonly #upstreams = new Map<string, UpstreamConfig>();

  constructor(find: FindEntry) {
    this.#find = find;
    this.#all = find('proxy-defaults', GLOBAL);
  }

  ofService(service: string): ServiceConfig {
    let found = this.#services.get(service);
    if (found === undefined) {
      found = resolved(this.#all, this.#find('service-defaults', service));
      this.#services.set(service, found);
    }
    return found;
  }

  /** As `service` is to connect to it. */
  ofUpstream(service: string, { name, peer }: UpstreamName): UpstreamConfig {
    const key = `${service}\0${peer}\0${name}`;
    let found = this.#upstreams.get(key);
    if (found === undefined) {
      const own = this.#find('service-defaults', service);
      found = resolvedUpstream(this.#all, own, this.#overrideOf(own, { name, peer }), this.#protocolOf({ name, peer }));
      this.#upstreams.set(key, found);
    }
    return found;
  }

  /** Those that the service's defaults name one by one. */
  namedUpstreams(service: string): readonly UpstreamName[] {
    const overrides = this.#find('service-defaults', service)?.UpstreamConfig?.Overrides ?? [];
    return overrides.flatMap((one) => (one === null ? [] : [{ name: one.Name, peer: one.Peer }]));
  }

  #overrideOf(own: ServiceDefaults | undefined, { name, peer }: UpstreamName): UpstreamDefaults | null {
    const wanted = name.toLowerCase();
    const overrides = own?.UpstreamConfig?.Overrides ?? [];
    return overrides.find((one) => one !== null && one.Peer === peer && one.Name.toLowerCase() === wanted) ?? null;
  }

  /** What the upstream itself speaks; what a peer's does is not known here. */
  #protocolOf({ name, peer }: UpstreamName): string {
    return peer === '' ? (this.#find('service-defaults', name)?.Protocol ?? '') : '';
  }
}

function resolved(all: ProxyDefaults | undefined, own: ServiceDefaults | undefined): ServiceConfig {
  const config: { [key: string]: Dynamic } = {};
  for (const [key, value] of Object.entries(all?.Config ?? {})) setProperty(config, key, value);
  if (own !== undefined) {
    put(config, 'protocol', own.Protocol);
    put(config, 'max_inbound_connections', own.MaxInboundConnections);
    put(config, 'local_connect_timeout_ms', own.LocalConnectTimeoutMs);
    put(config, 'local_request_timeout_ms', own.LocalRequestTimeoutMs);
    put(config, 'balance_inbound_connections', own.BalanceInboundConnections);
  }
  const extensions = [...(all?.EnvoyExtensions ?? []), ...(own?.EnvoyExtensions ?? [])];
  return {
    config: orNull(config),
    meshGateway: own?.MeshGateway.Mode || all?.MeshGateway.Mode || '',
    mode: own?.Mode || all?.Mode || '',
    mutualTlsMode: own?.MutualTLSMode || all?.MutualTLSMode || '',
    transparentProxy: {
      OutboundListenerPort:
        own?.TransparentProxy.OutboundListenerPort || all?.TransparentProxy.OutboundListenerPort || 0,
      DialedDirectly: own?.TransparentProxy.DialedDirectly || all?.TransparentProxy.DialedDirectly || false,
    },
    expose: [own?.Expose, all?.Expose].find((expose) => expose !== undefined && exposesAnything(expose)) ?? NO_EXPOSE,
    accessLogs: all?.AccessLogs.Enabled === true ? all.AccessLogs : null,
    envoyExtensions: extensions.length === 0 ? null : extensions,
    destination: own?.Destination ?? null,
    meta: own?.Meta ?? null,
  };
}

function resolvedUpstream(
  all: ProxyDefaults | undefined,
  own: ServiceDefaults | undefined,
  override: UpstreamDefaults | null,
  protocol: string,
): UpstreamConfig {
  const config: { [key: string]: Dynamic } = {};
  put(config, 'protocol', protocol || (all?.Protocol ?? ''));
  const defaults = own?.UpstreamConfig?.Defaults ?? null;
  for (const said of [defaults, override]) if (said !== null) putUpstream(config, said);
  const meshGateway =
    override?.MeshGateway.Mode || defaults?.MeshGateway.Mode || own?.MeshGateway.Mode || all?.MeshGateway.Mode || '';
  return { config: orNull(config), meshGateway };
}

function putUpstream(config: { [key: string]: Dynamic }, said: UpstreamDefaults): void {
  put(config, 'envoy_listener_json', said.EnvoyListenerJSON);
  put(config, 'envoy_cluster_json', said.EnvoyClusterJSON);
  put(config, 'protocol', said.Protocol);
  put(config, 'connect_timeout_ms', said.ConnectTimeoutMs);
  put(config, 'balance_outbound_connections', said.BalanceOutboundConnections);
  if (said.Limits !== null) config['limits'] = limitsOf(said.Limits);
  if (said.PassiveHealthCheck !== null) config['passive_health_check'] = healthCheckOf(said.PassiveHealthCheck);
}

function limitsOf(said: NonNullable<UpstreamDefaults['Limits']>): FreeConfig {
  const limits: { [key: string]: Dynamic } = {};
  // 0 is a limit, too.
  if (said.MaxConnections !== null) limits['max_connections'] = said.MaxConnections;
  if (said.MaxPendingRequests !== null) limits['max_pending_requests'] = said.MaxPendingRequests;
  if (said.MaxConcurrentRequests !== null) limits['max_concurrent_requests'] = said.MaxConcurrentRequests;
  return limits;
}

function healthCheckOf(said: NonNullable<UpstreamDefaults['PassiveHealthCheck']>): FreeConfig {
  const check: { [key: string]: Dynamic } = {};
  if (said.Interval !== 0) check['interval'] = formatDuration(said.Interval);
  put(check, 'max_failures', said.MaxFailures);
  if (said.EnforcingConsecutive5xx !== null) check['enforcing_consecutive_5xx'] = said.EnforcingConsecutive5xx;
  if (said.MaxEjectionPercent !== null) check['max_ejection_percent'] = said.MaxEjectionPercent;
  if (said.BaseEjectionTime !== null) check['base_ejection_time'] = formatDuration(said.BaseEjectionTime);
  return check;
}

export function exposesAnything({ Checks, Paths }: ServiceDefaults['Expose']): boolean {
  return Checks || (Paths ?? []).length > 0;
}

/** What is empty says nothing. */
function put(config: { [key: string]: Dynamic }, name: string, value: string | number): void {
  if (value !== '' && value !== 0) config[name] = value;
}

function orNull(config: FreeConfig): FreeConfig | null {
  return Object.keys(config).length === 0 ? null : config;
}
