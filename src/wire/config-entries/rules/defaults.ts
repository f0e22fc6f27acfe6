// The rules of `service-defaults` and `proxy-defaults`. What is wrong with a service's is told all at once.

import { errorList } from '../../../gotext/multierror.js';
import type { EntryOf } from '../entries.js';

const PROTOCOLS: ReadonlySet<string> = new Set(['', 'tcp', 'http', 'http2', 'grpc']);
const MTLS_MODES: ReadonlySet<string> = new Set(['', 'default', 'strict', 'permissive']);
const BALANCES: ReadonlySet<string> = new Set(['', 'exact_balance']);
const PROXY_MODES: ReadonlySet<string> = new Set(['', 'default', 'direct', 'transparent']);
const MAX_PORT = 65_535;

type ServiceDefaults = EntryOf<'service-defaults'>;
type Upstream = NonNullable<NonNullable<ServiceDefaults['UpstreamConfig']>['Defaults']>;

function* upstreamErrors(upstream: Upstream, place: string): Generator<string> {
  if (!BALANCES.has(upstream.BalanceOutboundConnections)) {
    yield `${place}: invalid value for balance outbound connections: ${upstream.BalanceOutboundConnections}`;
  }
  if (!PROTOCOLS.has(upstream.Protocol)) yield `${place}: invalid value for protocol: ${upstream.Protocol}`;
}

function* upstreamsErrors({ UpstreamConfig }: ServiceDefaults): Generator<string> {
  const names = new Set<string>();
  for (const [at, override] of (UpstreamConfig?.Overrides ?? []).entries()) {
    if (override === null) continue;
    const place = `error in upstream override for ${override.Name || `Overrides[${at}]`}`;
    if (override.Name === '') yield `${place}: Name is required`;
    const key = `${override.Peer}/${override.Name}`;
    if (names.has(key)) yield `${place}: it is defined more than once`;
    names.add(key);
    yield* upstreamErrors(override, place);
  }
  const defaults = UpstreamConfig?.Defaults ?? null;
  if (defaults === null) return;
  if (defaults.Name !== '') yield 'error in upstream defaults: Name must be empty';
  yield* upstreamErrors(defaults, 'error in upstream defaults');
}

function* destinationErrors({ Destination }: ServiceDefaults): Generator<string> {
  if (Destination === null) return;
  const { Addresses, Port } = Destination;
  if (Addresses === null || Addresses.length === 0) yield 'Destination must contain at least one valid address';
  for (const address of Addresses ?? []) {
    if (address === '' || address.includes('*'))
      yield `Could not validate address ${address}: partial or full wildcard is not allowed`;
  }
  if (Port < 1 || Port > MAX_PORT) yield `Invalid Port number ${Port}`;
}

function* extensionErrors({ EnvoyExtensions }: Pick<ServiceDefaults, 'EnvoyExtensions'>): Generator<string> {
  for (const [at, { Name }] of (EnvoyExtensions ?? []).entries()) {
    if (Name === '') yield `invalid EnvoyExtensions[${at}]: Name is required`;
  }
}

function* mutualTlsErrors({ MutualTLSMode }: Pick<ServiceDefaults, 'MutualTLSMode'>): Generator<string> {
  if (!MTLS_MODES.has(MutualTLSMode)) yield `invalid MutualTLSMode ${JSON.stringify(MutualTLSMode)}`;
}

/** A service's proxy mode is taken as it is given, as Consul takes it: only proxies look at it. */
function* serviceErrors(entry: ServiceDefaults): Generator<string> {
  if (!PROTOCOLS.has(entry.Protocol)) yield `invalid value for protocol: ${entry.Protocol}`;
  if (!BALANCES.has(entry.BalanceInboundConnections)) {
    yield `invalid value for balance inbound connections: ${entry.BalanceInboundConnections}`;
  }
  yield* mutualTlsErrors(entry);
  yield* upstreamsErrors(entry);
  yield* destinationErrors(entry);
  yield* extensionErrors(entry);
}

/** More than anybody reads are not told. */
const MOST_ERRORS = 64;

export function serviceDefaultsError(entry: ServiceDefaults): string | null {
  if (entry.Name === '') return 'Name is required';
  if (entry.Name === '*') return 'service-defaults name must be the name of a service, and not a wildcard';
  const errors: string[] = [];
  for (const error of serviceErrors(entry)) {
    errors.push(error);
    if (errors.length === MOST_ERRORS) break;
  }
  return errors.length === 0 ? null : errorList(errors);
}

export function proxyDefaultsError(entry: EntryOf<'proxy-defaults'>): string | null {
  if (entry.Name !== 'global') return `invalid name (${JSON.stringify(entry.Name)}), only "global" is supported`;
  if (!PROXY_MODES.has(entry.Mode)) return `invalid proxy mode: ${entry.Mode}`;
  for (const error of mutualTlsErrors(entry)) return error;
  for (const error of extensionErrors(entry)) return error;
  return null;
}
