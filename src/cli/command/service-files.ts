// Service definitions in files, for registering and deregistering them through an agent.

import { findSources } from '../../main/config/files.js';
import type { AgentSettings } from '../../main/config/schema/agent.js';
import { readSource } from '../../main/config/source.js';

export type ServiceSettings = NonNullable<AgentSettings['services']>[number];
export type FoundServices =
  | { readonly ok: true; readonly services: readonly ServiceSettings[] }
  | { readonly ok: false; readonly error: string };

export function readServices(paths: readonly string[]): FoundServices {
  const found = findSources(paths, null);
  if (!found.ok) return found;
  const services: ServiceSettings[] = [];
  for (const source of found.sources) {
    const read = readSource(source);
    if (!read.ok) return read;
    services.push(...(read.settings.services ?? []));
  }
  return { ok: true, services };
}
