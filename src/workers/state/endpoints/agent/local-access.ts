// Who may see and change what this agent registered: a service by its name, a check of one by that service's name, every other check by
// the node's (public reference: API of services and checks, "ACL required").

import type { CheckRegistration } from '../../../../wire/definitions.js';
import type { CheckRecord, ServiceRecord } from '../../../../wire/records.js';
import type { Authorizer } from '../../acl/access.js';
import type { LocalAgent } from '../../local/local-agent.js';
import type { ServiceRegistration } from '../../local/registration/service-registration.js';
import { denial, type Refusal } from '../../methods/contract/refusal.js';

type State = Pick<LocalAgent, 'state'>;

function overService(authorizer: Authorizer, service: ServiceRecord): Refusal | null {
  const denied = denial(authorizer, 'service:write', service.Service);
  if (denied !== null || service.Kind !== 'connect-proxy') return denied;
  // Who speaks for a service is that service to all others.
  return denial(authorizer, 'service:write', service.Proxy.DestinationServiceName);
}

/** Those that a registration takes the place of count, too. */
export function denyRegistration(
  { state }: State,
  authorizer: Authorizer,
  { service, sidecar }: ServiceRegistration,
): Refusal | null {
  const denied = overService(authorizer, service);
  if (denied !== null) return denied;
  const known = state.service(service.ID === '' ? service.Service : service.ID);
  const ofKnown = known === undefined ? null : overService(authorizer, known.definition);
  if (ofKnown !== null || sidecar === null) return ofKnown;
  return denial(authorizer, 'service:write', sidecar.service.Service || `${service.Service}-sidecar-proxy`);
}

/** null as well where there is no such service. */
export function denyService(
  { state }: State,
  authorizer: Authorizer,
  rule: 'service:read' | 'service:write',
  id: string,
): Refusal | null {
  const known = state.service(id);
  return known === undefined ? null : denial(authorizer, rule, known.definition.Service);
}

export function maySeeCheck(authorizer: Authorizer, { Node, ServiceName, ServiceID }: CheckRecord): boolean {
  return ServiceID === '' ? authorizer.allows('node:read', Node) : authorizer.allows('service:read', ServiceName);
}

/** null as well where there is no such check. */
export function denyCheck({ state }: State, authorizer: Authorizer, id: string): Refusal | null {
  const known = state.check(id)?.check;
  if (known === undefined) return null;
  return known.ServiceID === ''
    ? denial(authorizer, 'node:write', known.Node)
    : denial(authorizer, 'service:write', known.ServiceName);
}

export function denyCheckRegistration(
  local: Pick<LocalAgent, 'state' | 'registrar'>,
  authorizer: Authorizer,
  { check, serviceId }: CheckRegistration,
): Refusal | null {
  const denied =
    serviceId === ''
      ? denial(authorizer, 'node:write', local.registrar.nodeName)
      : denyService(local, authorizer, 'service:write', serviceId);
  return denied ?? denyCheck(local, authorizer, check.CheckID === '' ? check.Name : check.CheckID);
}
