// The services and checks of the configuration files: registered at the start, and brought up to date at a reload. What
// stays the same keeps its status and causes no write to the catalog (spec/agent.md section 1, "Reload").

import type { LocalDefinitions, ServiceDefinition } from '../../../wire/definitions.js';
import type { LocalState } from './local-state.js';
import type { LocalOutcome } from './outcomes.js';
import type { Registrar } from './registrar.js';

function registerService(registrar: Registrar, { service, checks, token }: ServiceDefinition): Promise<LocalOutcome> {
  return registrar.registerService({ service, checks, sidecar: null, token, replaceExistingChecks: true }, 'file');
}

/** Registers everything; the first text of what was refused, or null. */
export async function registerDefinitions(registrar: Registrar, definitions: LocalDefinitions): Promise<string | null> {
  for (const definition of definitions.services) {
    const outcome = await registerService(registrar, definition);
    if (!outcome.ok) return `Failed to register service "${definition.service.ID}": ${outcome.text}`;
  }
  for (const registration of definitions.checks) {
    const outcome = await registrar.registerCheck(registration, 'file');
    if (!outcome.ok) return `Failed to register check '${registration.check.Name}': ${outcome.text}`;
  }
  return null;
}

/** Removes what came from files and is in none any more. */
export async function removeMissing(
  registrar: Registrar,
  state: LocalState,
  definitions: LocalDefinitions,
): Promise<void> {
  const services = new Set(
    definitions.services.map(({ service }) => (service.ID === '' ? service.Service : service.ID)),
  );
  const checks = new Set(definitions.checks.map(({ check }) => (check.CheckID === '' ? check.Name : check.CheckID)));
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
