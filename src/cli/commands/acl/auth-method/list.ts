// `lictor acl auth-method list`: all auth methods.

import { AUTH_METHODS, authMethodStub } from '../../../acl/auth-methods.js';
import { META_FLAG } from '../../../acl/call.js';
import { listCommand } from '../../../acl/noun.js';

export const command = listCommand(
  AUTH_METHODS,
  {
    usage: 'acl auth-method list [options]',
    about: 'Lists all auth methods, without their configuration.',
    flags: [META_FLAG],
  },
  authMethodStub,
);
