// What policies are made of, as the command line says it.

import type { Flag } from '../../gotext/flag-set.js';
import type { Options } from '../command/command.js';
import { readInput } from '../command/input.js';
import type { Parsed } from '../http/client.js';
import type { Written } from './call.js';
import { givenTexts } from './noun.js';

export const POLICY_FLAGS: readonly Flag[] = [
  { name: 'description', kind: 'string', usage: 'What it is for.' },
  {
    name: 'rules',
    kind: 'string',
    usage: 'The rules, in HCL or JSON: themselves, @FILE, or - for standard input.',
  },
  {
    name: 'valid-datacenter',
    kind: 'words',
    usage: 'Datacenter where the policy counts; all unless said. May be given often.',
  },
];

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['name', 'Name'],
  ['description', 'Description'],
]);

/** The fields that were given. */
export async function givenPolicy(options: Options): Promise<Parsed<Written>> {
  const fields: { [field: string]: unknown } = givenTexts(options, FIELDS);
  if (options.has('rules')) {
    const rules = await readInput(options.text('rules'));
    if (!rules.ok) return { ok: false, error: `Error loading rules: Failed to read file: ${rules.error}` };
    fields['Rules'] = rules.data.toString('utf8');
  }
  if (options.has('valid-datacenter')) fields['Datacenters'] = options.list('valid-datacenter');
  return { ok: true, value: fields };
}
