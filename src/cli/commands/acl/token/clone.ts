// `lictor acl token clone`: makes a token that grants what another one grants.

import { aclCommand, fetched, joined, META_FLAG } from '../../../acl/call.js';
import { showOne, wholeId } from '../../../acl/noun.js';
import { ACCESSOR_FLAGS, accessorOf, TOKENS } from '../../../acl/tokens.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl token clone [options] -accessor-id ACCESSOR',
  about: 'Makes a token that grants what another one grants.',
  flags: [
    ...ACCESSOR_FLAGS,
    { name: 'description', kind: 'string', usage: 'What it is for. Default: as the other one has it.' },
    META_FLAG,
  ],
  async run(call) {
    const given = accessorOf(call.options);
    if (given === '') return fail('Cannot update a token without specifying the -accessor-id parameter');
    const accessor = await wholeId(call, TOKENS, given);
    if (!accessor.ok) return fail(`Error determining token ID: ${accessor.error}`);
    const body = JSON.stringify({ Description: call.options.text('description') });
    const path = `${joined(TOKENS.path, accessor.value)}/clone`;
    const made = fetched(await call.client.put(path, call.query, body), TOKENS.kind);
    return made.ok ? showOne(call, TOKENS, made.value) : fail(`Error cloning token: ${made.error}`);
  },
});
