// Services and checks of the files as registrations: defaults filled in, durations read, rules checked (spec/agent.md
// sections 2 and 3). Texts carry the names of the items, as the files' authors know them.

import type { CheckRegistration, CheckType, LocalDefinitions, ServiceDefinition } from '../../wire/definitions.js';
import { metaPairProblem } from '../../wire/metadata.js';
import type { ServiceConnect, ServiceRecord } from '../../wire/records.js';
import { portsProblem } from '../../wire/service-ports.js';
import type { Problems } from './problems.js';
import { proxyRecord } from './proxy.js';
import type { AgentConfig } from './schema/agent.js';
import type { CHECK, SERVICE, SIDECAR } from './schema/definitions.js';
import type { Settings } from './schema/types.js';

type CheckSettings = Settings<typeof CHECK>;
type ServiceSettings = Settings<typeof SERVICE>;
/** What can be said of a service, and of a proxy that it brings along. */
type InstanceSettings = Settings<typeof SIDECAR>;

export function buildDefinitions(config: AgentConfig, problems: Problems): LocalDefinitions {
  return {
    services: config.services.map((service) => serviceDefinition(service, config.check_output_max_size, problems)),
    checks: config.checks.map((check) => checkRegistration(check, config.check_output_max_size, problems)),
    nodeMeta: config.node_meta,
  };
}

/** The first rule a definition breaks, with the item's name before it; null when all is well. */
export function definitionProblem({ services, checks }: LocalDefinitions): string | null {
  for (const { check } of checks) {
    const problem = checkProblem(check);
    if (problem !== null) return `check "${check.Name}": ${problem}`;
  }
  for (const { service, checks: own, sidecar } of services) {
    for (const check of [...own, ...(sidecar?.checks ?? [])]) {
      const problem = checkProblem(check);
      if (problem !== null) return `service "${service.Service}": check "${check.Name}": ${problem}`;
    }
  }
  return null;
}

function checkRegistration(check: CheckSettings, outputMaxSize: number, problems: Problems): CheckRegistration {
  return {
    check: checkType(check, outputMaxSize, problems),
    serviceId: check.service_id ?? '',
    token: check.token ?? '',
  };
}

function checkType(check: CheckSettings, outputMaxSize: number, problems: Problems): CheckType {
  const id = check.id ?? '';
  const duration = (key: 'interval' | 'timeout' | 'ttl' | 'deregister_critical_service_after'): number =>
    problems.duration(`check[${id}].${key}`, check[key]);
  const critical = check.failures_before_critical ?? 0;
  return {
    CheckID: id,
    Name: check.name ?? '',
    Status: check.status ?? '',
    Notes: check.notes ?? '',
    ScriptArgs: check.args ?? null,
    HTTP: check.http ?? '',
    H2PING: check.h2ping ?? '',
    H2PingUseTLS: check.h2ping_use_tls ?? (check.h2ping ?? '') !== '',
    Header: check.header ?? null,
    Method: check.method ?? '',
    Body: check.body ?? '',
    DisableRedirects: check.disable_redirects ?? false,
    TCP: check.tcp ?? '',
    TCPUseTLS: check.tcp_use_tls ?? false,
    UDP: check.udp ?? '',
    Interval: duration('interval'),
    AliasNode: check.alias_node ?? '',
    AliasService: check.alias_service ?? '',
    DockerContainerID: check.docker_container_id ?? '',
    Shell: check.shell ?? '',
    GRPC: check.grpc ?? '',
    GRPCUseTLS: check.grpc_use_tls ?? false,
    OSService: check.os_service ?? '',
    TLSServerName: check.tls_server_name ?? '',
    TLSSkipVerify: check.tls_skip_verify ?? false,
    Timeout: duration('timeout'),
    TTL: duration('ttl'),
    SuccessBeforePassing: check.success_before_passing ?? 0,
    FailuresBeforeWarning: check.failures_before_warning ?? critical,
    FailuresBeforeCritical: critical,
    ProxyHTTP: '',
    ProxyGRPC: '',
    DeregisterCriticalServiceAfter: duration('deregister_critical_service_after'),
    OutputMaxSize: check.output_max_size ?? outputMaxSize,
  };
}

/** The rule a check breaks, in the words of spec/agent.md section 3. */
function checkProblem(check: CheckType): string | null {
  const isScript = (check.ScriptArgs?.length ?? 0) > 0;
  const targets = [
    check.HTTP,
    check.TCP,
    check.UDP,
    check.GRPC,
    check.H2PING,
    check.OSService,
    check.DockerContainerID,
  ];
  const needsInterval = isScript || targets.some((target) => target !== '');
  const isAlias = check.AliasNode !== '' || check.AliasService !== '';
  if (check.Interval > 0 && check.TTL > 0) return 'Interval and TTL cannot both be specified';
  if (needsInterval && check.Interval <= 0) {
    return 'Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks';
  }
  if (isAlias && check.Interval > 0) return 'Interval cannot be set for Alias checks';
  if (isAlias && check.TTL > 0) return 'TTL must be not be set for Alias checks';
  if (!needsInterval && !isAlias && check.TTL <= 0) return 'TTL must be > 0 for TTL checks';
  if (check.OutputMaxSize < 0) return 'MaxOutputMaxSize must be positive';
  if (check.FailuresBeforeWarning > check.FailuresBeforeCritical) {
    return "FailuresBeforeWarning can't be higher than FailuresBeforeCritical";
  }
  return null;
}

function serviceDefinition(service: ServiceSettings, outputMaxSize: number, problems: Problems): ServiceDefinition {
  const name = service.name ?? '';
  const sidecar = service.connect?.sidecar_service;
  const Connect = { Native: service.connect?.native ?? false, PeerMeta: null, SidecarService: null };
  return {
    service: serviceRecord(service, service.id ?? name, Connect, problems),
    checks: checksOf(service, outputMaxSize, problems),
    sidecar:
      sidecar === undefined
        ? null
        : {
            service: serviceRecord(sidecar, sidecar.id ?? '', NO_CONNECT, problems),
            checks: checksOf(sidecar, outputMaxSize, problems),
          },
    token: service.token ?? '',
  };
}

const NO_CONNECT: ServiceConnect = { Native: false, PeerMeta: null, SidecarService: null };

function checksOf(service: InstanceSettings, outputMaxSize: number, problems: Problems): readonly CheckType[] {
  const checks = [...(service.checks ?? []), ...(service.check === undefined ? [] : [service.check])];
  return checks.map((check) => checkType(check, outputMaxSize, problems));
}

function serviceRecord(
  service: InstanceSettings,
  id: string,
  Connect: ServiceConnect,
  problems: Problems,
): ServiceRecord {
  const name = service.name ?? '';
  const weights = { Passing: service.weights?.passing ?? 1, Warning: service.weights?.warning ?? 1 };
  const ports = namedPorts(service);
  checkService(service, name, weights, problems);
  const wrongPorts = portsProblem({ Port: service.port ?? 0, Ports: ports });
  if (wrongPorts !== null) problems.add(`Invalid ports for service ${name}: ${wrongPorts}`);
  return {
    Kind: service.kind ?? '',
    ID: id,
    Service: name,
    Tags: service.tags ?? null,
    Address: service.address ?? '',
    TaggedAddresses: taggedAddresses(service),
    Meta: service.meta ?? null,
    Port: service.port ?? 0,
    SocketPath: service.socket_path ?? '',
    Weights: weights,
    EnableTagOverride: service.enable_tag_override ?? false,
    Proxy: proxyRecord(service.proxy),
    Connect,
    LocallyRegisteredAsSidecar: false,
    PeerName: '',
    Locality:
      service.locality === undefined
        ? null
        : { Region: service.locality.region ?? '', Zone: service.locality.zone ?? '' },
    CreateIndex: 0,
    ModifyIndex: 0,
    Ports: ports,
  };
}

function namedPorts({ ports = [] }: InstanceSettings): ServiceRecord['Ports'] {
  if (ports.length === 0) return null;
  return ports.map((entry) => ({ Name: entry.name ?? '', Port: entry.port ?? 0, Default: entry.default ?? false }));
}

function taggedAddresses(service: InstanceSettings): ServiceRecord['TaggedAddresses'] {
  if (service.tagged_addresses === undefined) return null;
  return Object.fromEntries(
    Object.entries(service.tagged_addresses).map(([name, { address, port }]) => [
      name,
      { Address: address ?? '', Port: port ?? 0 },
    ]),
  );
}

const MAX_WEIGHT = 65535;

function checkService(
  service: InstanceSettings,
  name: string,
  weights: { readonly Passing: number; readonly Warning: number },
  problems: Problems,
): void {
  for (const [key, value] of Object.entries(service.meta ?? {})) {
    const problem = metaPairProblem(key, value);
    if (problem !== null) problems.add(`invalid meta for service ${name}: ${problem}`);
  }
  const wrong = (why: string): void => problems.add(`Invalid weight definition for service ${name}: ${why}`);
  if (weights.Passing < 1) wrong('Passing must be greater than 0');
  else if (weights.Warning < 0) wrong('Warning must be greater or equal than 0');
  else if (Math.max(weights.Passing, weights.Warning) > MAX_WEIGHT) wrong('DNS Weight must be between 0 and 65535');
  const { socket_path: socket = '' } = service;
  const hasPort = (service.port ?? 0) !== 0 || (service.ports?.length ?? 0) > 0;
  if (socket !== '' && (hasPort || (service.address ?? '') !== '')) {
    problems.add(`service ${name} cannot have both socket path ${socket} and address/port`);
  }
}
