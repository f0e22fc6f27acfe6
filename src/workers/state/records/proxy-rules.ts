// What a service definition must satisfy to be registered, beyond its types: the rules of Connect proxies and gateways,
// all violations in one text (spec/http.md, section 4; the texts as recorded).

import { errorList } from '../../../gotext/multierror.js';
import { quote } from '../../../gotext/quote.js';
import type { ServiceRecord, Upstream } from '../../../wire/records.js';

const UNSPECIFIED = new Set(['0.0.0.0', '::', '[::]']);

/** An address that says "all of this host" can't be connected to. */
export function invalidServiceAddress(address: string): boolean {
  return UNSPECIFIED.has(address);
}

/** All violations as Go's multierror prints them; null when there is none. */
export function serviceProblems(service: ServiceRecord): string | null {
  const problems = service.Kind === 'connect-proxy' ? proxyProblems(service) : gatewayProblems(service);
  if (service.Connect.Native && service.Kind === 'connect-proxy') {
    problems.push('Connect.Native cannot be set for a connect-proxy service');
  }
  return problems.length === 0 ? null : errorList(problems);
}

function proxyProblems(service: ServiceRecord): string[] {
  const problems: string[] = [];
  if (service.Port === 0 && service.SocketPath === '') {
    problems.push('Port or SocketPath must be set for a connect-proxy');
  }
  const destination = service.Proxy.DestinationServiceName;
  if (destination === '') problems.push('Proxy.DestinationServiceName must be non-empty for Connect proxy services');
  else if (destination === '*') {
    problems.push('Proxy.DestinationServiceName must not be a wildcard for Connect proxy services');
  }
  return [...problems, ...upstreamProblems(service.Proxy.Upstreams ?? [])];
}

const UPSTREAM_TYPES = new Set(['', 'service', 'prepared_query']);

/** A proxy can't bind one address twice, and wouldn't know two upstreams of one name apart. */
function upstreamProblems(upstreams: readonly Upstream[]): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  const addresses = new Set<string>();
  for (const [at, upstream] of upstreams.entries()) {
    const problem = upstreamProblem(upstream) ?? repeated(upstream, names, addresses);
    if (problem !== null) problems.push(`Proxy.Upstreams[${at}]: ${problem}`);
  }
  return problems;
}

/** What config entries add is bound nowhere, and may be about all services. */
function upstreamProblem(upstream: Upstream): string | null {
  const { DestinationType, DestinationName, LocalBindPort, LocalBindSocketPath, CentrallyConfigured } = upstream;
  if (!UPSTREAM_TYPES.has(DestinationType)) return `there is no DestinationType ${quote(DestinationType)}`;
  if (DestinationName === '') return 'DestinationName is missing';
  if (CentrallyConfigured) return null;
  if (DestinationName === '*') return 'DestinationName names no single service';
  return LocalBindPort === 0 && LocalBindSocketPath === '' ? 'LocalBindPort or LocalBindSocketPath is needed' : null;
}

function repeated(upstream: Upstream, names: Set<string>, addresses: Set<string>): string | null {
  const { DestinationType, DestinationName, DestinationPeer, Datacenter, LocalBindPort, LocalBindSocketPath } =
    upstream;
  const name = JSON.stringify([DestinationType || 'service', DestinationPeer, Datacenter, DestinationName]);
  if (names.has(name)) return `${quote(DestinationName)} is an upstream already`;
  names.add(name);
  if (upstream.CentrallyConfigured) return null;
  const host = upstream.LocalBindAddress || '127.0.0.1';
  const address = LocalBindSocketPath === '' ? `${host}:${LocalBindPort}` : LocalBindSocketPath;
  if (addresses.has(address)) return `another upstream is bound to ${quote(address)}`;
  addresses.add(address);
  return null;
}

const GATEWAYS = new Set(['mesh-gateway', 'terminating-gateway', 'ingress-gateway', 'api-gateway']);

function gatewayProblems(service: ServiceRecord): string[] {
  const gateway = service.Kind;
  if (!GATEWAYS.has(gateway)) return [];
  const problems: string[] = [];
  if (service.Port === 0 && service.Kind !== 'ingress-gateway' && service.Kind !== 'api-gateway') {
    problems.push(`Port must be non-zero for a ${gateway}`);
  }
  if (service.Proxy.DestinationServiceName !== '') {
    problems.push(`The Proxy.DestinationServiceName configuration is invalid for a ${gateway}`);
  }
  if (service.Proxy.Upstreams !== null && service.Proxy.Upstreams.length > 0) {
    problems.push(`The Proxy.Upstreams configuration is invalid for a ${gateway}`);
  }
  return problems;
}
