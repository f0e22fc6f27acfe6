// `lictor acl auth-method read`: shows an auth method.

import { AUTH_METHODS } from '../../../acl/auth-methods.js';
import { aclCommand, joined, META_FLAG } from '../../../acl/call.js';
import { readAt, showOne } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl auth-method read -name NAME [options]',
  about: 'Shows an auth method with its configuration.',
  flags: [{ name: 'name', kind: 'string', usage: 'Name of the auth method.' }, META_FLAG],
  required: ['name'],
  async run(call) {
    const name = call.options.text('name');
    const read = await readAt(call, AUTH_METHODS, joined(AUTH_METHODS.path, name), name);
    return read.ok ? showOne(call, AUTH_METHODS, read.value) : fail(read.error);
  },
});
