// `lictor acl token delete`: deletes a token.

import { aclCommand } from '../../../acl/call.js';
import { remove, wholeId } from '../../../acl/noun.js';
import { ACCESSOR_FLAGS, accessorOf, TOKENS } from '../../../acl/tokens.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl token delete [options] -accessor-id ACCESSOR',
  about: 'Deletes a token.',
  flags: ACCESSOR_FLAGS,
  async run(call) {
    const given = accessorOf(call.options);
    if (given === '') return fail('Must specify the -accessor-id parameter');
    const accessor = await wholeId(call, TOKENS, given);
    return accessor.ok ? remove(call, TOKENS, accessor.value) : fail(`Error determining token ID: ${accessor.error}`);
  },
});
