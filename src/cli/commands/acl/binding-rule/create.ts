// `lictor acl binding-rule create`: makes a binding rule.

import { BINDING_RULES } from '../../../acl/auth-methods.js';
import { BINDING_RULE_FLAGS, givenBindingRule } from '../../../acl/binding-rule-input.js';
import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { create } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl binding-rule create -method METHOD -bind-name NAME [options]',
  about: 'Makes a binding rule: what those get who log in by an auth method.',
  flags: [{ name: 'method', kind: 'string', usage: 'The auth method.' }, ...BINDING_RULE_FLAGS, META_FLAG],
  required: ['method', 'bind-name'],
  async run(call) {
    const given = givenBindingRule(call.options);
    return given.ok ? create(call, BINDING_RULES, { BindType: 'service', ...given.value }) : fail(given.error);
  },
});
