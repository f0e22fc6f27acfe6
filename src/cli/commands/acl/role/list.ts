// `lictor acl role list`: all roles.

import { META_FLAG } from '../../../acl/call.js';
import { listCommand } from '../../../acl/noun.js';
import { ROLES, roleInList } from '../../../acl/roles.js';

export const command = listCommand(
  ROLES,
  { usage: 'acl role list [options]', about: 'Lists all roles.', flags: [META_FLAG] },
  roleInList,
);
