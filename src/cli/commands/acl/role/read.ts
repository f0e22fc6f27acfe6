// `lictor acl role read`: shows a role.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { idAndName, readNamed, showOne } from '../../../acl/noun.js';
import { ROLES } from '../../../acl/roles.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl role read [options] -id ID | -name NAME',
  about: 'Shows a role.',
  flags: [...idAndName('role'), META_FLAG],
  async run(call) {
    const read = await readNamed(call, ROLES);
    return read.ok ? showOne(call, ROLES, read.value) : fail(read.error);
  },
});
