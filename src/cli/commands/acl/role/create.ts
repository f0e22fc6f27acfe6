// `lictor acl role create`: makes a role.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { givenGrants, roleGrantFlags, TEMPLATE_FLAGS } from '../../../acl/grants.js';
import { create } from '../../../acl/noun.js';
import { ROLES } from '../../../acl/roles.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl role create -name NAME [options]',
  about: 'Makes a role: policies, identities and templated policies under a name.',
  flags: [
    { name: 'name', kind: 'string', usage: 'Name of the role.' },
    { name: 'description', kind: 'string', usage: 'What it is for.' },
    ...roleGrantFlags(),
    ...TEMPLATE_FLAGS,
    META_FLAG,
  ],
  required: ['name'],
  async run(call) {
    const grants = await givenGrants(call);
    if (!grants.ok) return fail(grants.error);
    const { options } = call;
    return create(call, ROLES, {
      Name: options.text('name'),
      Description: options.text('description'),
      ...grants.value,
    });
  },
});
