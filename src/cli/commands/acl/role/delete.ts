// `lictor acl role delete`: deletes a role.

import { aclCommand } from '../../../acl/call.js';
import { idAndName, removeNamed } from '../../../acl/noun.js';
import { ROLES } from '../../../acl/roles.js';

export const command = aclCommand({
  usage: 'acl role delete [options] -id ID | -name NAME',
  about: 'Deletes a role. Tokens that are linked to it lose what it grants.',
  flags: idAndName('role'),
  run: (call) => removeNamed(call, ROLES),
});
