// `lictor acl policy list`: all policies.

import { META_FLAG } from '../../../acl/call.js';
import { listCommand } from '../../../acl/noun.js';
import { POLICIES, policyStub } from '../../../acl/policies.js';

export const command = listCommand(
  POLICIES,
  { usage: 'acl policy list [options]', about: 'Lists all policies, without their rules.', flags: [META_FLAG] },
  policyStub,
);
