// Several named ports of one service (Consul 1.22 and later; docs/spec/services.md). One of them is the default, and its
// number is the record's `Port` too: whoever knows only `Port` (older members, clients, DNS) sees a service of that port.

import type { ServicePort, ServiceRecord } from './records.js';

const MAX_PORT = 65_535;
/** A DNS label in lower or upper case. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
/** Many times what a process listens on. */
const MOST_PORTS = 256;

function entryProblem({ Name, Port }: ServicePort): string | null {
  if (Name === '') return 'every port needs a name';
  if (!NAME.test(Name)) return `port name ${JSON.stringify(Name)} must be letters, digits and dashes, at most 63`;
  if (Port < 1 || Port > MAX_PORT) return `port ${JSON.stringify(Name)} must be between 1 and ${MAX_PORT}`;
  return null;
}

/** What is wrong with a service's named ports; null where nothing is, or where it has none. */
export function portsProblem({ Ports, Port }: Pick<ServiceRecord, 'Ports' | 'Port'>): string | null {
  if (Ports === null || Ports.length === 0) return null;
  if (Ports.length > MOST_PORTS) return `too many ports (${Ports.length} > ${MOST_PORTS})`;
  const names = new Set<string>();
  for (const entry of Ports) {
    const problem = entryProblem(entry);
    if (problem !== null) return problem;
    const name = entry.Name.toLowerCase();
    if (names.has(name)) return `port name ${JSON.stringify(entry.Name)} is given twice`;
    names.add(name);
  }
  const defaults = Ports.filter((entry) => entry.Default);
  if (defaults.length !== 1) return `exactly one port must be the default, ${defaults.length} are`;
  // What was read can be written back: there the default's number stands in both places.
  if (Port !== 0 && Port !== defaults[0]?.Port) return 'Port and Ports cannot both be set';
  return null;
}

function defaultPort(ports: readonly ServicePort[]): number {
  return ports.find((entry) => entry.Default)?.Port ?? 0;
}

/** As it is kept: an empty list is none, and the default's number is the service's port where none is given. */
export function withDefaultPort(service: ServiceRecord): ServiceRecord {
  const { Ports } = service;
  if (Ports === null) return service;
  if (Ports.length === 0) return { ...service, Ports: null };
  return service.Port === 0 ? { ...service, Port: defaultPort(Ports) } : service;
}

/** Of a row that others wrote, which may name its default in the list alone. */
export function portOf({ Port, Ports }: Pick<ServiceRecord, 'Ports' | 'Port'>): number {
  return Port !== 0 || Ports === null ? Port : defaultPort(Ports);
}
