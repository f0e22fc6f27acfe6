// Templated policies as the command line names them.

import type { Flag } from '../../gotext/flag-set.js';
import { quote } from '../../gotext/quote.js';
import type { Options } from '../command/command.js';
import type { Parsed } from '../http/client.js';

export interface Variables {
  readonly Name?: string;
}
export interface TemplatedPolicy {
  readonly TemplateName: string;
  readonly TemplateVariables?: Variables;
  readonly Datacenters?: readonly string[];
}

export const VARIABLE_FLAG: Flag = {
  name: 'var',
  kind: 'words',
  usage: 'A variable of the templated policy, as VARIABLE:VALUE. May be given often.',
};

/** `name:api` and the like; null where there is none. */
export function variablesOf(options: Options, flag: string): Parsed<Variables | null> {
  let variables: Variables | null = null;
  for (const word of options.list(flag)) {
    const colon = word.indexOf(':');
    if (colon < 0) return { ok: false, error: `Malformed -${flag} argument: ${quote(word)}` };
    if (word.slice(0, colon).toLowerCase() !== 'name') {
      return { ok: false, error: `Unknown variable in -${flag}: ${quote(word.slice(0, colon))}` };
    }
    variables = { Name: word.slice(colon + 1) };
  }
  return { ok: true, value: variables };
}

export function templatedPolicy(options: Options, TemplateName: string): Parsed<TemplatedPolicy> {
  const variables = variablesOf(options, 'var');
  if (!variables.ok) return variables;
  const { value } = variables;
  return { ok: true, value: value === null ? { TemplateName } : { TemplateName, TemplateVariables: value } };
}
