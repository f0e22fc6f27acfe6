// What binding rules are made of, as the command line says it.

import type { Flag } from '../../gotext/flag-set.js';
import type { Options } from '../command/command.js';
import type { Parsed } from '../http/client.js';
import type { Written } from './call.js';
import { givenTexts } from './noun.js';
import { variablesOf } from './template-input.js';

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['description', 'Description'],
  ['method', 'AuthMethod'],
  ['selector', 'Selector'],
  ['bind-type', 'BindType'],
  ['bind-name', 'BindName'],
]);

export const RULE_ID_FLAG: Flag = {
  name: 'id',
  kind: 'string',
  usage: 'ID of the binding rule, or as much of its beginning as no other has.',
};

export const BINDING_RULE_FLAGS: readonly Flag[] = [
  { name: 'description', kind: 'string', usage: 'What it is for.' },
  { name: 'selector', kind: 'string', usage: 'Filter of whom it is for. Default: all who log in.' },
  {
    name: 'bind-type',
    kind: 'string',
    usage: 'What they get: service, which is the default, node, role, policy or templated-policy.',
  },
  {
    name: 'bind-name',
    kind: 'string',
    usage: 'Its name; what stands in it in braces behind a $ is filled in from the identity.',
  },
  {
    name: 'bind-vars',
    kind: 'words',
    usage: 'A variable of a templated policy, as VARIABLE:VALUE. May be given often.',
  },
];

/** The fields that were given. */
export function givenBindingRule(options: Options): Parsed<Written> {
  const variables = variablesOf(options, 'bind-vars');
  if (!variables.ok) return variables;
  const fields = givenTexts(options, FIELDS);
  return { ok: true, value: variables.value === null ? fields : { ...fields, BindVars: variables.value } };
}
