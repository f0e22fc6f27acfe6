// `lictor acl auth-method create`: makes an auth method.

import { AUTH_METHOD_FLAGS, givenAuthMethod } from '../../../acl/auth-method-input.js';
import { AUTH_METHODS } from '../../../acl/auth-methods.js';
import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { create } from '../../../acl/noun.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl auth-method create -name NAME -type TYPE [options]',
  about: 'Makes an auth method: whose word counts when somebody logs in. TYPE is kubernetes or jwt.',
  flags: [...AUTH_METHOD_FLAGS, { name: 'type', kind: 'string', usage: 'Type of the auth method.' }, META_FLAG],
  required: ['type', 'name'],
  async run(call) {
    const given = await givenAuthMethod(call.options);
    return given.ok ? create(call, AUTH_METHODS, given.value) : fail(given.error);
  },
});
