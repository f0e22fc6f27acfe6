// Whom an auth method has found somebody to be: what selectors of binding rules test, and what `${…}` in their names means.

import type { FieldTable, FieldType } from '../../filter/fields.js';

export interface Identity {
  /** What selectors are tried on. */
  readonly item: object;
  /** What they may name. */
  readonly fields: FieldTable;
  /** By the name between `${` and `}`. */
  readonly variables: ReadonlyMap<string, string>;
}

const text: FieldType = { kind: 'string' };

/** A pattern that anything matches gives nothing to who doesn't have the claim. */
const jwtFields: FieldTable = new Map<string, FieldType>([
  ['value', { kind: 'map', value: text, isStrict: true }],
  ['list', { kind: 'map', value: { kind: 'strings' }, isStrict: true }],
]);

const kubernetesFields: FieldTable = new Map<string, FieldType>([
  [
    'serviceaccount',
    {
      kind: 'object',
      fields: new Map([
        ['namespace', text],
        ['name', text],
        ['uid', text],
      ]),
    },
  ],
]);

/** A mapped claim that the token doesn't have is "" to names; selectors see that it isn't there. */
export function jwtIdentity(
  values: ReadonlyMap<string, string>,
  lists: ReadonlyMap<string, readonly string[]>,
  names: Iterable<string>,
): Identity {
  const variables = new Map<string, string>();
  for (const name of names) variables.set(`value.${name}`, values.get(name) ?? '');
  return { item: { value: Object.fromEntries(values), list: Object.fromEntries(lists) }, fields: jwtFields, variables };
}

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

export function kubernetesIdentity(account: ServiceAccount): Identity {
  const variables = new Map(Object.entries(account).map(([name, value]) => [`serviceaccount.${name}`, value] as const));
  return { item: { serviceaccount: account }, fields: kubernetesFields, variables };
}
