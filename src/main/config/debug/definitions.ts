// Services and checks of the files as DebugConfig shows them: as defined, before they become registrations.

import type { AgentConfig } from '../schema/agent.js';
import type { CHECK, SERVICE, SIDECAR } from '../schema/definitions.js';
import type { Settings } from '../schema/types.js';
import type { DebugValue } from './hide.js';
import { span } from './values.js';

type CheckSettings = Settings<typeof CHECK>;
type ServiceSettings = Settings<typeof SERVICE>;
type SidecarSettings = Settings<typeof SIDECAR>;
type Fields = { readonly [key: string]: DebugValue };

/** `outputMaxSize` is the default for a check that was defined; an absent one shows zeros. */
function common(check: CheckSettings, outputMaxSize: number): Fields {
  const critical = check.failures_before_critical ?? 0;
  return {
    AliasNode: check.alias_node ?? '',
    AliasService: check.alias_service ?? '',
    Body: check.body ?? '',
    DeregisterCriticalServiceAfter: span(check.deregister_critical_service_after),
    DisableRedirects: check.disable_redirects ?? false,
    DockerContainerID: check.docker_container_id ?? '',
    FailuresBeforeCritical: critical,
    FailuresBeforeWarning: check.failures_before_warning ?? critical,
    GRPC: check.grpc ?? '',
    GRPCUseTLS: check.grpc_use_tls ?? false,
    H2PING: check.h2ping ?? '',
    H2PingUseTLS: check.h2ping_use_tls ?? (check.h2ping ?? '') !== '',
    HTTP: check.http ?? '',
    Header: check.header ?? {},
    Interval: span(check.interval),
    Method: check.method ?? '',
    Name: check.name ?? '',
    Notes: check.notes ?? '',
    OSService: check.os_service ?? '',
    OutputMaxSize: check.output_max_size ?? outputMaxSize,
    ScriptArgs: check.args ?? [],
    Shell: check.shell ?? '',
    Status: check.status ?? '',
    SuccessBeforePassing: check.success_before_passing ?? 0,
    TCP: check.tcp ?? '',
    TCPUseTLS: check.tcp_use_tls ?? false,
    TLSServerName: check.tls_server_name ?? '',
    TLSSkipVerify: check.tls_skip_verify ?? false,
    TTL: span(check.ttl),
    Timeout: span(check.timeout),
    UDP: check.udp ?? '',
  };
}

export function debugChecks(config: AgentConfig): DebugValue {
  return config.checks.map((check) => ({
    ...common(check, config.check_output_max_size),
    EnterpriseMeta: {},
    ID: check.id ?? '',
    ServiceID: check.service_id ?? '',
    Token: '',
  }));
}

function serviceCheck(check: CheckSettings, outputMaxSize: number): DebugValue {
  return { ...common(check, outputMaxSize), CheckID: check.id ?? '', ProxyGRPC: '', ProxyHTTP: '' };
}

export function debugServices(config: AgentConfig): DebugValue {
  return config.services.map((service) => debugService(service, config.check_output_max_size));
}

function debugService(service: ServiceSettings, outputMaxSize: number): DebugValue {
  const { connect } = service;
  const sidecar = connect?.sidecar_service;
  const shown = sidecar === undefined ? null : debugInstance(sidecar, outputMaxSize, null);
  const link = connect === undefined ? null : { Native: connect.native ?? false, SidecarService: shown };
  return debugInstance(service, outputMaxSize, link);
}

function debugInstance(service: SidecarSettings, outputMaxSize: number, connect: DebugValue): DebugValue {
  const checks = [...(service.checks ?? []), ...(service.check === undefined ? [] : [service.check])];
  return {
    Address: service.address ?? '',
    Check: serviceCheck({}, 0),
    Checks: checks.map((check) => serviceCheck(check, outputMaxSize)),
    Connect: connect,
    EnableTagOverride: service.enable_tag_override ?? false,
    EnterpriseMeta: {},
    ID: service.id ?? '',
    Kind: service.kind ?? '',
    Locality:
      service.locality === undefined
        ? null
        : { Region: service.locality.region ?? '', Zone: service.locality.zone ?? '' },
    Meta: service.meta ?? {},
    Name: service.name ?? '',
    Port: service.port ?? 0,
    Proxy: null,
    SocketPath: service.socket_path ?? '',
    TaggedAddresses: Object.fromEntries(
      Object.entries(service.tagged_addresses ?? {}).map(([name, { address, port }]) => [
        name,
        { Address: address ?? '', Port: port ?? 0 },
      ]),
    ),
    Tags: service.tags ?? [],
    Token: '',
    Weights: { Passing: service.weights?.passing ?? 1, Warning: service.weights?.warning ?? 1 },
  };
}
