// What makes a service definition acceptable, and what the agent completes in it (spec/agent.md section 2, "Registration";
// texts as recorded).

import { isIP } from 'node:net';
import { metaProblem } from '../../../../wire/metadata.js';
import type { ServiceAddress, ServiceRecord, Weights } from '../../../../wire/records.js';
import { portsProblem, withDefaultPort } from '../../../../wire/service-ports.js';
import { invalidServiceAddress, serviceProblems } from '../../records/proxy-rules.js';

const MAX_WEIGHT = 65535;
const ONE_EACH: Weights = Object.freeze({ Passing: 1, Warning: 1 });

function weightsProblem(weights: Weights | null): string | null {
  if (weights === null) return null;
  if (weights.Passing < 1) return 'Passing must be greater than 0';
  if (weights.Warning < 0) return 'Warning must be greater or equal than 0';
  if (weights.Passing > MAX_WEIGHT || weights.Warning > MAX_WEIGHT) return 'DNS Weight must be between 0 and 65535';
  return null;
}

/** Why the service is refused; null when it is good. */
export function serviceProblem(service: ServiceRecord): string | null {
  if (service.Service === '') return 'Missing service name';
  if (invalidServiceAddress(service.Address)) return 'Invalid service address';
  const meta = metaProblem(service.Meta, service.Kind);
  if (meta !== null) return `Invalid Service Meta: ${meta}`;
  const weights = weightsProblem(service.Weights);
  if (weights !== null) return `Invalid Weights: ${weights}`;
  const ports = portsProblem(service);
  if (ports !== null) return `Invalid Ports: ${ports}`;
  const problems = serviceProblems(withDefaultPort(service));
  return problems === null ? null : `Validation failed: ${problems}`;
}

/** The service's own address under the names of its family, where the registration does not name them itself. */
function taggedAddresses(service: ServiceRecord): ServiceRecord['TaggedAddresses'] {
  const family = service.Address === '' ? 0 : isIP(service.Address);
  if (family === 0) return service.TaggedAddresses;
  const own: ServiceAddress = { Address: service.Address, Port: service.Port };
  const added = family === 4 ? { lan_ipv4: own, wan_ipv4: own } : { lan_ipv6: own, wan_ipv6: own };
  return service.TaggedAddresses === null ? added : { ...added, ...service.TaggedAddresses };
}

/** With defaults: ID from the name, weights 1/1, addresses by family. */
export function completeService(given: ServiceRecord): ServiceRecord {
  const service = withDefaultPort(given);
  return {
    ...service,
    ID: service.ID === '' ? service.Service : service.ID,
    Weights: service.Weights ?? ONE_EACH,
    TaggedAddresses: taggedAddresses(service),
  };
}
