// `lictor acl token update`: changes a token.

import { aclCommand, META_FLAG, type Written } from '../../../acl/call.js';
import {
  type GivenGrants,
  type GrantKind,
  givenGrants,
  templateFlags,
  tokenGrantFlags,
  withGrants,
} from '../../../acl/grants.js';
import { readById, replace } from '../../../acl/noun.js';
import { VARIABLE_FLAG } from '../../../acl/template-input.js';
import { ACCESSOR_FLAGS, accessorOf, TOKENS } from '../../../acl/tokens.js';
import { fail } from '../../../command/command.js';

/** Old flags: what is given of a kind is added to what there is. */
const MERGES: readonly (readonly [flag: string, kind: GrantKind])[] = [
  ['merge-policies', 'Policies'],
  ['merge-roles', 'Roles'],
  ['merge-service-identities', 'ServiceIdentities'],
  ['merge-node-identities', 'NodeIdentities'],
];

export const command = aclCommand({
  usage: 'acl token update [options] -accessor-id ACCESSOR',
  about:
    'Changes what is given of a token. Policies, roles and identities take the place of those that it has; with the flags that ' +
    'begin with -append they are added to them.',
  flags: [
    ...ACCESSOR_FLAGS,
    { name: 'description', kind: 'string', usage: 'What it is for.' },
    ...tokenGrantFlags(),
    ...tokenGrantFlags('append-'),
    ...templateFlags('replace-'),
    ...templateFlags('append-'),
    VARIABLE_FLAG,
    ...MERGES.map(([name]) => ({ name, kind: 'bool' as const, usage: 'Old: use the flags that begin with -append.' })),
    META_FLAG,
  ],
  async run(call) {
    const { options } = call;
    const accessor = accessorOf(options);
    if (accessor === '') return fail('Cannot update a token without specifying the -accessor-id parameter');
    const replacing = await givenGrants(call, '', 'replace-');
    if (!replacing.ok) return fail(replacing.error);
    const appending = await givenGrants(call, 'append-');
    if (!appending.ok) return fail(appending.error);
    const both = kindsOf(replacing.value).find((kind) => appending.value[kind] !== undefined);
    if (both !== undefined) return fail(`Cannot both replace and append ${both}`);
    const read = await readById(call, TOKENS, accessor);
    if (!read.ok) return fail(read.error);
    const merged = kindsOf(replacing.value).filter((kind) =>
      MERGES.some(([flag, merges]) => merges === kind && options.isOn(flag)),
    );
    const { written, value } = read.value;
    const kept: Written = options.has('description')
      ? { ...written, Description: options.text('description') }
      : written;
    const replaced = { ...kept, ...only(replacing.value, (kind) => !merged.includes(kind)) };
    const added = { ...only(replacing.value, (kind) => merged.includes(kind)), ...appending.value };
    return replace(call, TOKENS, value.AccessorID, withGrants(replaced, added));
  },
});

function kindsOf(grants: GivenGrants): readonly GrantKind[] {
  return Object.keys(grants) as readonly GrantKind[];
}

function only(grants: GivenGrants, takes: (kind: GrantKind) => boolean): GivenGrants {
  return Object.fromEntries(Object.entries(grants).filter(([kind]) => takes(kind as GrantKind)));
}
