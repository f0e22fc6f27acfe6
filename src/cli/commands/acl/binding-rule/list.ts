// `lictor acl binding-rule list`: all binding rules.

import { BINDING_RULES, bindingRuleInList } from '../../../acl/auth-methods.js';
import { META_FLAG } from '../../../acl/call.js';
import { listCommand } from '../../../acl/noun.js';

export const command = listCommand(
  BINDING_RULES,
  {
    usage: 'acl binding-rule list [options]',
    about: 'Lists all binding rules, or those of an auth method.',
    flags: [{ name: 'method', kind: 'string', usage: 'Only those of this auth method.' }, META_FLAG],
  },
  bindingRuleInList,
  (options) => (options.text('method') === '' ? [] : [['authmethod', options.text('method')]]),
);
