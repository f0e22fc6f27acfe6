// `lictor acl policy create`: makes a policy.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { create } from '../../../acl/noun.js';
import { POLICIES } from '../../../acl/policies.js';
import { givenPolicy, POLICY_FLAGS } from '../../../acl/policy-input.js';
import { fail } from '../../../command/command.js';

export const command = aclCommand({
  usage: 'acl policy create -name NAME [options]',
  about: 'Makes a policy: rules under a name.',
  flags: [{ name: 'name', kind: 'string', usage: 'Name of the policy.' }, ...POLICY_FLAGS, META_FLAG],
  required: ['name'],
  async run(call) {
    const given = await givenPolicy(call.options);
    return given.ok ? create(call, POLICIES, given.value) : fail(given.error);
  },
});
