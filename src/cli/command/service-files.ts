// Service definitions in files, for registering and deregistering them through an agent.

import { findSources } from '../../main/config/files.js';
import type { AgentSettings } from '../../main/config/schema/agent.js';
import { readSource, type Source } from '../../main/config/source.js';
import { readInput } from './input.js';

export type ServiceSettings = NonNullable<AgentSettings['services']>[number];
export type FoundServices =
  | { readonly ok: true; readonly services: readonly ServiceSettings[] }
  | { readonly ok: false; readonly error: string };

/** `-` is standard input, JSON or HCL by how it begins. */
export async function readServices(paths: readonly string[]): Promise<FoundServices> {
  const sources: Source[] = [];
  for (const path of paths) {
    if (path === '-') {
      sources.push(await standardInput());
      continue;
    }
    const found = findSources([path], null);
    if (!found.ok) return found;
    sources.push(...found.sources);
  }
  const services: ServiceSettings[] = [];
  for (const source of sources) {
    const read = readSource(source);
    if (!read.ok) return read;
    services.push(...(read.settings.services ?? []));
  }
  return { ok: true, services };
}

async function standardInput(): Promise<Source> {
  const input = await readInput('-');
  const text = input.ok ? input.data.toString('utf8') : '';
  return { name: 'standard input', format: text.trimStart().startsWith('{') ? 'json' : 'hcl', text };
}
