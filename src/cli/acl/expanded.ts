// A token with the rules of everything it is linked to, and what decides where none of them does.

import type { ExpandedToken, Grants, Policy, Role } from './records.js';
import { nodeIdentityText, serviceIdentityText, templatedPolicyLines } from './text.js';
import { tokenHead } from './tokens.js';

function deeper(lines: readonly string[]): readonly string[] {
  return lines.map((text) => (text === '' ? '' : `\t${text}`.trimEnd()));
}

function rulesLines({ Description, Rules }: Policy): readonly string[] {
  return [`Description: ${Description}`, 'Rules:', ...deeper(Rules.split('\n'))];
}

function policyLines(policy: Policy): readonly string[] {
  return [`Policy Name: ${policy.Name}`, ...deeper([`ID: ${policy.ID}`, ...rulesLines(policy)]), ''];
}

/** What is linked to, with the rules where they are known. */
function linkedPolicies({ Policies }: Grants, known: ReadonlyMap<string, Policy>): readonly string[] {
  if (!Policies?.length) return [];
  const lines = Policies.flatMap(({ ID, Name }) => {
    const policy = known.get(ID);
    return policy === undefined ? [`Policy Name: ${Name}`, `\tID: ${ID}`, ''] : policyLines(policy);
  });
  return ['Policies:', ...deeper(lines)];
}

function identities(grants: Grants): readonly string[] {
  const { ServiceIdentities, NodeIdentities, TemplatedPolicies } = grants;
  return [
    ...(ServiceIdentities?.length
      ? ['Service Identities:', ...deeper(ServiceIdentities.map(serviceIdentityText))]
      : []),
    ...(NodeIdentities?.length ? ['Node Identities:', ...deeper(NodeIdentities.map(nodeIdentityText))] : []),
    ...(TemplatedPolicies?.length
      ? ['Templated Policies:', ...deeper(TemplatedPolicies.flatMap(templatedPolicyLines))]
      : []),
  ];
}

function roleLines(role: Role, known: ReadonlyMap<string, Policy>): readonly string[] {
  const about = [`ID: ${role.ID}`, `Description: ${role.Description}`];
  return [`Role Name: ${role.Name}`, ...deeper([...about, ...linkedPolicies(role, known), ...identities(role)])];
}

/** Those that nobody wrote: what identities and templated policies stand for, of the token and of its roles. */
function syntheticLines(
  token: ExpandedToken,
  roles: readonly Role[],
  known: ReadonlyMap<string, Policy>,
): readonly string[] {
  const linked = new Set([token, ...roles].flatMap(({ Policies }) => (Policies ?? []).map(({ ID }) => ID)));
  const synthetic = [...known.values()].filter(({ ID }) => !linked.has(ID));
  if (synthetic.length === 0) return [];
  return [
    'Rules of Identities and Templated Policies:',
    ...deeper(synthetic.flatMap((policy) => [...rulesLines(policy), ''])),
  ];
}

export function expandedLines(token: ExpandedToken, showsMeta: boolean): readonly string[] {
  const known = new Map((token.ExpandedPolicies ?? []).map((policy) => [policy.ID, policy]));
  const roles = token.ExpandedRoles ?? [];
  return [
    ...tokenHead(token, showsMeta),
    ...linkedPolicies(token, known),
    ...identities(token),
    ...(roles.length > 0 ? ['Roles:', ...deeper(roles.flatMap((role) => roleLines(role, known)))] : []),
    ...syntheticLines(token, roles, known),
    '=== End of Authorizer Layer 0: Token ===',
    '=== Start of Authorizer Layer 2: Agent Configuration Defaults (Inherited) ===',
    'Description: Defined at request-time by the agent that resolves the ACL token; other agents may have different configuration defaults',
    `Resolved By Agent: ${JSON.stringify(token.ResolvedByAgent)}`,
    '',
    `Default Policy: ${token.AgentACLDefaultPolicy}`,
    '\tDescription: Backstop rule used if no preceding layer has a matching rule (refer to default_policy option in agent configuration)',
    '',
    `Down Policy: ${token.AgentACLDownPolicy}`,
    "\tDescription: Defines what to do if this Token's information cannot be read from the primary_datacenter (refer to down_policy option in agent configuration)",
  ];
}
