// `lictor acl policy read`: shows a policy.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { idAndName, readNamed, showOne } from '../../../acl/noun.js';
import { POLICIES } from '../../../acl/policies.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl policy read [options] -id ID | -name NAME',
  about: 'Shows a policy with its rules.',
  flags: [...idAndName('policy'), META_FLAG],
  async run(call) {
    const read = await readNamed(call, POLICIES);
    return read.ok ? showOne(call, POLICIES, read.value) : fail(read.error);
  },
});
