// `lictor acl policy delete`: deletes a policy.

import { aclCommand } from '../../../acl/call.js';
import { idAndName, removeNamed } from '../../../acl/noun.js';
import { POLICIES } from '../../../acl/policies.js';

export const command = aclCommand({
  usage: 'acl policy delete [options] -id ID | -name NAME',
  about: 'Deletes a policy. Tokens and roles that are linked to it lose what it grants.',
  flags: idAndName('policy'),
  run: (call) => removeNamed(call, POLICIES),
});
