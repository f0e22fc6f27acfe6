// The services and checks of the configuration files: registered at the start, and brought up to date at a reload. What
// stays the same keeps its status and causes no write to the catalog (spec/agent.md section 1, "Reload").

import type { CheckRegistration, LocalDefinitions, ServiceDefinition } from '../../../../wire/definitions.js';
import type { LocalState } from '../state/local-state.js';
import type { LocalOutcome } from '../state/outcomes.js';
import type { Registrar } from './registrar.js';
import type { ServiceRegistration } from './service-registration.js';
import { sidecarId } from './sidecar.js';

function registrationOf(
  { service, checks, sidecar, token }: ServiceDefinition,
  checksBeside: ReadonlySet<string>,
): ServiceRegistration {
  return { service, checks, sidecar, token, replaceExistingChecks: true, checksBeside };
}

function checkIds({ checks }: LocalDefinitions): Set<string> {
  return new Set(checks.map(({ check }) => (check.CheckID === '' ? check.Name : check.CheckID)));
}

function serviceText({ service }: ServiceDefinition, outcome: LocalOutcome | null): string | null {
  return outcome === null || outcome.ok ? null : `Failed to register service "${service.ID}": ${outcome.text}`;
}

function checkText({ check }: CheckRegistration, outcome: LocalOutcome | null): string | null {
  return outcome === null || outcome.ok ? null : `Failed to register check '${check.Name}': ${outcome.text}`;
}

/** Of the services and of the proxies that they bring along. */
function serviceIds(definitions: LocalDefinitions): Set<string> {
  const ids = definitions.services.flatMap(({ service, sidecar }) => {
    const id = service.ID === '' ? service.Service : service.ID;
    return sidecar === null ? [id] : [id, sidecarId(id)];
  });
  return new Set(ids);
}

/** Why these definitions can't take the place of those that are there, or null; the first reason of several. */
export function definitionsProblem(
  registrar: Registrar,
  state: LocalState,
  definitions: LocalDefinitions,
): string | null {
  const defined = serviceIds(definitions);
  const beside = checkIds(definitions);
  const hasService = (id: string): boolean => defined.has(id) || state.service(id)?.fromConfigFile === false;
  for (const definition of definitions.services) {
    const text = serviceText(definition, registrar.serviceProblem(registrationOf(definition, beside), 'file'));
    if (text !== null) return text;
  }
  for (const registration of definitions.checks) {
    const text = checkText(registration, registrar.checkProblem(registration, 'file', hasService));
    if (text !== null) return text;
  }
  return null;
}

/** Registers everything; the first text of what was refused, or null. */
export async function registerDefinitions(registrar: Registrar, definitions: LocalDefinitions): Promise<string | null> {
  const beside = checkIds(definitions);
  for (const definition of definitions.services) {
    const text = serviceText(definition, await registrar.registerService(registrationOf(definition, beside), 'file'));
    if (text !== null) return text;
  }
  for (const registration of definitions.checks) {
    const text = checkText(registration, await registrar.registerCheck(registration, 'file'));
    if (text !== null) return text;
  }
  return null;
}

/** Removes what came from files and is in none any more. */
export async function removeMissing(
  registrar: Registrar,
  state: LocalState,
  definitions: LocalDefinitions,
): Promise<void> {
  const services = serviceIds(definitions);
  const checks = checkIds(definitions);
  for (const entry of [...state.services()]) {
    if (entry.fromConfigFile && !services.has(entry.id)) await registrar.deregisterService(entry.id);
  }
  for (const entry of [...state.checks()]) {
    const { ServiceID: serviceId } = entry.check;
    if (!entry.fromConfigFile || checks.has(entry.id)) continue;
    // A check that came with its service goes when the service is registered again without it.
    if (serviceId !== '' && services.has(serviceId)) continue;
    await registrar.deregisterCheck(entry.id);
  }
}
