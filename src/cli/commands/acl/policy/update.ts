// `lictor acl policy update`: changes a policy.

import { aclCommand, META_FLAG } from '../../../acl/call.js';
import { idAndName, NO_MERGE_FLAG, updateNamed } from '../../../acl/noun.js';
import { POLICIES } from '../../../acl/policies.js';
import { givenPolicy, POLICY_FLAGS } from '../../../acl/policy-input.js';

export const command = aclCommand({
  usage: 'acl policy update [options] -id ID | -name NAME',
  about: 'Changes what is given of a policy. To give it another name, say which it is by -id.',
  flags: [...idAndName('policy'), ...POLICY_FLAGS, NO_MERGE_FLAG, META_FLAG],
  run: (call) =>
    updateNamed(call, POLICIES, async (existing) => {
      const given = await givenPolicy(call.options);
      return given.ok ? { ok: true, value: { ...existing, ...given.value } } : given;
    }),
});
