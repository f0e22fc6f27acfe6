// What a token grants: its policies and identities and those of its roles, as rules (docs/spec/acl.md, "What a token may do").

import type { LinkedToken } from '../../../wire/acl/linked-token.js';
import type { AclGrants, AclPolicy } from '../../../wire/acl/records.js';
import type { Authorizer } from '../acl/access.js';
import { compileRules } from '../acl/authorizer.js';
import {
  countsIn,
  ofNodeIdentity,
  ofServiceIdentity,
  ofTemplate,
  type SyntheticPolicy,
} from '../acl/policies/synthetic.js';
import { readRules } from '../acl/rules/parse.js';
import type { PolicyRules } from '../acl/rules/rule.js';
import { type Refusal, refusal } from '../methods/contract/refusal.js';

export interface GrantSettings {
  /** This one: policies may be for others. */
  readonly datacenter: string;
  readonly defaultPolicy: 'allow' | 'deny';
  /** `acl.enable_key_list_policy`. */
  readonly listsKeysByRule: boolean;
}

/** Rules of records, which never change: a policy of many tokens is read once. */
const read = new WeakMap<AclPolicy, PolicyRules | null>();

/** null: the text is no policy's. Nobody can write such, but a restored state may hold it. */
function rulesOf(policy: AclPolicy): PolicyRules | null {
  const known = read.get(policy);
  if (known !== undefined) return known;
  const parsed = readRules(policy.Rules);
  const rules = parsed.ok ? parsed.rules : null;
  read.set(policy, rules);
  return rules;
}

function identitiesOf(grants: AclGrants): SyntheticPolicy[] {
  const synthetic = [
    ...(grants.ServiceIdentities ?? []).map((one) => ofServiceIdentity(one.ServiceName, one.Datacenters)),
    ...(grants.NodeIdentities ?? []).map((one) => ofNodeIdentity(one.NodeName, one.Datacenter)),
    ...(grants.TemplatedPolicies ?? []).map((one) =>
      ofTemplate(one.TemplateName, one.TemplateVariables?.Name ?? '', one.Datacenters),
    ),
  ];
  return synthetic.filter((one) => one !== null);
}

/** A policy that can't be read might forbid something: then nothing is granted. */
export function grantedBy(
  { token, roles, policies }: LinkedToken,
  { datacenter, defaultPolicy, listsKeysByRule }: GrantSettings,
): Authorizer | Refusal {
  const rules = new Set<PolicyRules>();
  for (const policy of policies) {
    if (!countsIn(policy.Datacenters, datacenter)) continue;
    const ofPolicy = rulesOf(policy);
    if (ofPolicy === null) return refusal('failed', `the rules of policy "${policy.Name}" can't be read`);
    rules.add(ofPolicy);
  }
  const texts = new Set<string>();
  for (const identity of [token, ...roles].flatMap(identitiesOf)) {
    if (countsIn(identity.Datacenters, datacenter)) texts.add(identity.Rules);
  }
  for (const text of texts) {
    const parsed = readRules(text);
    if (parsed.ok) rules.add(parsed.rules);
  }
  return compileRules([...rules], { accessor: token.AccessorID, defaultPolicy, listsKeysByRule });
}

/** About what an authorizer takes that was made of these, in bytes. */
export function weightOf({ token, roles, policies }: LinkedToken): number {
  let characters = 0;
  for (const { Rules } of policies) characters += Rules.length;
  for (const { ServiceIdentities, NodeIdentities, TemplatedPolicies } of [token, ...roles]) {
    const identities = [ServiceIdentities, NodeIdentities, TemplatedPolicies];
    for (const list of identities) characters += IDENTITY_CHARACTERS * (list?.length ?? 0);
  }
  return ENTRY_BYTES + BYTES_PER_CHARACTER * characters;
}

/** Rules of some forty characters become two nodes of a tree of prefixes. */
const BYTES_PER_CHARACTER = 8;
const ENTRY_BYTES = 4_096;
const IDENTITY_CHARACTERS = 256;
