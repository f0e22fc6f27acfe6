// `lictor acl role update`: changes a role.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { givenGrants, roleGrantFlags, TEMPLATE_FLAGS, withGrants } from '../../../acl/grants.js';
import { givenTexts, idAndName, NO_MERGE_FLAG, updateNamed } from '../../../acl/noun.js';
import { ROLES } from '../../../acl/roles.js';

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['name', 'Name'],
  ['description', 'Description'],
]);

export const command = aclCommand({
  usage: 'acl role update [options] -id ID | -name NAME',
  about:
    'Changes what is given of a role; policies, identities and templated policies are added to those that it has. To give it ' +
    'another name, say which it is by -id.',
  flags: [
    ...idAndName('role'),
    { name: 'description', kind: 'string', usage: 'What it is for.' },
    ...roleGrantFlags(),
    ...TEMPLATE_FLAGS,
    NO_MERGE_FLAG,
    META_FLAG,
  ],
  run: (call) =>
    updateNamed(call, ROLES, async (existing) => {
      const grants = await givenGrants(call);
      if (!grants.ok) return grants;
      return { ok: true, value: withGrants({ ...existing, ...givenTexts(call.options, FIELDS) }, grants.value) };
    }),
});
