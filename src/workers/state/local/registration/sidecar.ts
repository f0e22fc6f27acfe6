// A service may bring its sidecar proxy along (Connect.SidecarService): it becomes a registration of its own, with Consul's
// documented defaults, and goes when its service goes.

import type { CheckType, SidecarDefinition } from '../../../../wire/definitions.js';
import type { ServiceRecord } from '../../../../wire/records.js';
import { NO_CHECK_TYPE } from '../../records/zero-values.js';
import type { LocalState } from '../state/local-state.js';

const LOCALHOST = '127.0.0.1';
const LISTENING_INTERVAL_NS = 10e9;

/** As given in the registration; every member may be at its zero value. */
export type SidecarRequest = SidecarDefinition;

/** What sidecars without a port of their own get one of; both 0: none. */
export interface SidecarPorts {
  readonly first: number;
  readonly last: number;
}

export function sidecarId(serviceId: string): string {
  return `${serviceId}-sidecar-proxy`;
}

function port(request: ServiceRecord, id: string, state: LocalState, { first, last }: SidecarPorts): number | null {
  if (request.Port !== 0 || request.SocketPath !== '') return request.Port;
  const known = state.service(id);
  if (known?.definition.LocallyRegisteredAsSidecar) return known.definition.Port;
  for (let candidate = Math.max(1, first); candidate <= last; candidate += 1) {
    if (!state.usesPort(candidate)) return candidate;
  }
  return null;
}

function defaultChecks(parent: ServiceRecord, service: ServiceRecord): readonly CheckType[] {
  const alias: CheckType = {
    ...NO_CHECK_TYPE,
    Name: `Connect Sidecar Aliasing ${parent.ID}`,
    AliasService: parent.ID,
  };
  if (service.Port === 0) return [alias];
  const address = service.Proxy.LocalServiceAddress === '' ? LOCALHOST : service.Proxy.LocalServiceAddress;
  const listening: CheckType = {
    ...NO_CHECK_TYPE,
    Name: 'Connect Sidecar Listening',
    TCP: `${address}:${service.Port}`,
    Interval: LISTENING_INTERVAL_NS,
  };
  return [listening, alias];
}

/** What it is, and for whom it speaks. */
export function proxyOf({ Service }: ServiceRecord, given: ServiceRecord): ServiceRecord {
  const { Kind, Proxy: proxy } = given;
  const DestinationServiceName = proxy.DestinationServiceName === '' ? Service : proxy.DestinationServiceName;
  return { ...given, Kind: Kind === '' ? 'connect-proxy' : Kind, Proxy: { ...proxy, DestinationServiceName } };
}

/** The sidecar's registration, or why there is none. `parent` is complete. */
export function expandSidecar(
  parent: ServiceRecord,
  request: SidecarRequest,
  state: LocalState,
  ports: SidecarPorts,
): { readonly ok: true; readonly sidecar: SidecarDefinition } | { readonly ok: false; readonly text: string } {
  const given = request.service;
  const id = sidecarId(parent.ID);
  if (given.ID !== '' && given.ID !== id) {
    return { ok: false, text: `Invalid SidecarService: ID must be "${id}" or not given` };
  }
  const chosen = port(given, id, state, ports);
  if (chosen === null) {
    const range = `[${ports.first}, ${ports.last}]`;
    return { ok: false, text: `Invalid SidecarService: no free port left in the range ${range}` };
  }
  const { Kind, Proxy: proxy } = proxyOf(parent, given);
  const service: ServiceRecord = {
    ...given,
    Kind,
    ID: id,
    Service: given.Service === '' ? `${parent.Service}-sidecar-proxy` : given.Service,
    Tags: given.Tags ?? parent.Tags,
    Meta: given.Meta ?? parent.Meta,
    Port: chosen,
    LocallyRegisteredAsSidecar: true,
    Proxy: {
      ...proxy,
      DestinationServiceID: proxy.DestinationServiceID === '' ? parent.ID : proxy.DestinationServiceID,
      LocalServiceAddress:
        proxy.LocalServiceAddress === '' && proxy.LocalServiceSocketPath === '' ? LOCALHOST : proxy.LocalServiceAddress,
      LocalServicePort:
        proxy.LocalServicePort === 0 && proxy.LocalServiceSocketPath === '' ? parent.Port : proxy.LocalServicePort,
    },
  };
  const checks = request.checks.length > 0 ? request.checks : defaultChecks(parent, service);
  return { ok: true, sidecar: { service, checks } };
}
