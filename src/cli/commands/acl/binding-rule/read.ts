// `lictor acl binding-rule read`: shows a binding rule.

import { BINDING_RULES } from '../../../acl/auth-methods.js';
import { RULE_ID_FLAG } from '../../../acl/binding-rule-input.js';
import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { readById, showOne } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl binding-rule read -id ID [options]',
  about: 'Shows a binding rule.',
  flags: [RULE_ID_FLAG, META_FLAG],
  required: ['id'],
  async run(call) {
    const read = await readById(call, BINDING_RULES, call.options.text('id'));
    return read.ok ? showOne(call, BINDING_RULES, read.value) : fail(read.error);
  },
});
