// `lictor acl auth-method update`: changes an auth method.

import { AUTH_METHOD_FLAGS, givenAuthMethod } from '../../../acl/auth-method-input.js';
import { AUTH_METHODS } from '../../../acl/auth-methods.js';
import { aclCommand, joined, META_FLAG } from '../../../acl/call.js';
import { NO_MERGE_FLAG, readAt, replace } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl auth-method update -name NAME [options]',
  about: 'Changes what is given of an auth method. Its name and its type stay.',
  flags: [...AUTH_METHOD_FLAGS, NO_MERGE_FLAG, META_FLAG],
  required: ['name'],
  async run(call) {
    const name = call.options.text('name');
    const read = await readAt(call, AUTH_METHODS, joined(AUTH_METHODS.path, name), name);
    if (!read.ok) return fail(read.error);
    const { written } = read.value;
    const existing = call.options.isOn('no-merge') ? { Type: written['Type'] } : written;
    const given = await givenAuthMethod(call.options, existing);
    return given.ok ? replace(call, AUTH_METHODS, name, given.value) : fail(given.error);
  },
});
