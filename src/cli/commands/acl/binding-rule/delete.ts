// `lictor acl binding-rule delete`: deletes a binding rule.

import { BINDING_RULES } from '../../../acl/auth-methods.js';
import { RULE_ID_FLAG } from '../../../acl/binding-rule-input.js';
import { aclCommand } from '../../../acl/call.js';
import { removeNamed } from '../../../acl/noun.js';

export const command = aclCommand({
  usage: 'acl binding-rule delete -id ID [options]',
  about: 'Deletes a binding rule. Tokens that it gave out stay as they are.',
  flags: [RULE_ID_FLAG],
  required: ['id'],
  run: (call) => removeNamed(call, BINDING_RULES),
});
