// What a templated policy would be, as a policy: shown before it is used. Every agent knows the templates, so no server is asked.

import { zeroStruct } from '../../../../msgpack/zero.js';
import { hashOfPolicy } from '../../../../wire/acl/hashes.js';
import type { AclPolicy } from '../../../../wire/acl/records.js';
import { aclPolicySchema } from '../../../../wire/schema/acl.js';
import { judgeTemplateName, ofTemplate, type SyntheticPolicy } from '../../acl/policies/synthetic.js';
import { policyTemplate } from '../../acl/policies/templates.js';
import { type Refusal, refusal } from '../contract/refusal.js';

export function wholePolicy(policy: SyntheticPolicy): AclPolicy {
  const whole = { ...zeroStruct(aclPolicySchema), ...policy };
  return { ...whole, Hash: hashOfPolicy(whole) };
}

/** `name`: the template's variable; null where none is given. */
export function previewTemplate(templateName: string, name: string | null): AclPolicy | Refusal {
  const template = policyTemplate(templateName);
  if (template === undefined) return refusal('bad-request', `templated policy "${templateName}" does not exist`);
  const problem = judgeTemplateName(template, name);
  if (problem !== null) return refusal('bad-request', problem);
  const policy = ofTemplate(templateName, name ?? '', null);
  if (policy === null)
    throw new Error(`the template ${templateName} was judged good for a name that it isn't good for`);
  return wholePolicy(policy);
}
