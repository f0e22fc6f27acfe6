// `lictor acl auth-method delete`: deletes an auth method.

import { AUTH_METHODS } from '../../../acl/auth-methods.js';
import { aclCommand } from '../../../acl/call.js';
import { remove } from '../../../acl/noun.js';

export const command = aclCommand({
  usage: 'acl auth-method delete -name NAME [options]',
  about: 'Deletes an auth method, with its binding rules and the tokens of all who logged in by it.',
  flags: [{ name: 'name', kind: 'string', usage: 'Name of the auth method.' }],
  required: ['name'],
  run: (call) => remove(call, AUTH_METHODS, call.options.text('name')),
});
