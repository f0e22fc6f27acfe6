// `lictor acl binding-rule update`: changes a binding rule.

import { BINDING_RULES } from '../../../acl/auth-methods.js';
import { BINDING_RULE_FLAGS, givenBindingRule, RULE_ID_FLAG } from '../../../acl/binding-rule-input.js';
import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { NO_MERGE_FLAG, readById, replace } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl binding-rule update -id ID [options]',
  about: 'Changes what is given of a binding rule. Its auth method stays.',
  flags: [RULE_ID_FLAG, ...BINDING_RULE_FLAGS, NO_MERGE_FLAG, META_FLAG],
  required: ['id'],
  async run(call) {
    const given = givenBindingRule(call.options);
    if (!given.ok) return fail(given.error);
    const read = await readById(call, BINDING_RULES, call.options.text('id'));
    if (!read.ok) return fail(read.error);
    const { value, written } = read.value;
    const kept = { AuthMethod: written['AuthMethod'], BindType: 'service' };
    const existing = call.options.isOn('no-merge') ? kept : written;
    return replace(call, BINDING_RULES, value.ID, { ...existing, ...given.value });
  },
});
