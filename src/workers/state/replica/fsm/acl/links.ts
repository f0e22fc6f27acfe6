// What a token or role is linked to when it is stored: the IDs must be known, and the names are today's (spec/fsm.md, section 10).

import type { AclGrants, AclLink, AclTemplatedPolicy } from '../../../../../wire/acl/records.js';
import { policyTemplate } from '../../../acl/policies/templates.js';
import { aclKey } from '../../store/tables/acl-tables.js';
import type { Tables } from '../../store/tables/tables.js';

/** Why a command is refused; `ok`: what is stored. */
export type Resolved<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

export interface LinkRules {
  /** Links to what isn't there stay as they are. */
  readonly allowMissing: boolean;
}

type Target = 'policy' | 'role';

function target(tables: Tables, kind: Target, ID: string): { readonly Name: string } | undefined {
  return (kind === 'policy' ? tables.acl.policies : tables.acl.roles).get(aclKey(ID));
}

export function resolveLinks(
  tables: Tables,
  kind: Target,
  links: readonly AclLink[] | null,
  { allowMissing }: LinkRules,
): Resolved<readonly AclLink[] | null> {
  if (links === null) return { ok: true, value: null };
  const resolved: AclLink[] = [];
  for (const link of links) {
    if (link.ID === '') return { ok: false, error: `a link to a ${kind} has no ID` };
    const found = target(tables, kind, link.ID);
    if (found === undefined && !allowMissing) return { ok: false, error: `No such ${kind} with ID: ${link.ID}` };
    resolved.push(found === undefined ? link : { ID: link.ID, Name: found.Name });
  }
  return { ok: true, value: resolved };
}

function resolveTemplated(policies: readonly AclTemplatedPolicy[] | null): Resolved<AclGrants['TemplatedPolicies']> {
  if (policies === null) return { ok: true, value: null };
  const resolved: AclTemplatedPolicy[] = [];
  for (const policy of policies) {
    const template = policyTemplate(policy.TemplateName);
    if (template === undefined) {
      return { ok: false, error: `no such ACL templated policy with Name "${policy.TemplateName}"` };
    }
    resolved.push({ ...policy, TemplateID: template.TemplateID });
  }
  return { ok: true, value: resolved };
}

/** The links and identities of a token or role as they are stored. */
export function resolveGrants(tables: Tables, grants: AclGrants, rules: LinkRules): Resolved<AclGrants> {
  const { ServiceIdentities, NodeIdentities } = grants;
  if (ServiceIdentities?.some(({ ServiceName }) => ServiceName === '')) {
    return { ok: false, error: 'a service identity has no service name' };
  }
  if (NodeIdentities?.some(({ NodeName, Datacenter }) => NodeName === '' || Datacenter === '')) {
    return { ok: false, error: 'a node identity has no node name or no datacenter' };
  }
  const Policies = resolveLinks(tables, 'policy', grants.Policies, rules);
  if (!Policies.ok) return Policies;
  const TemplatedPolicies = resolveTemplated(grants.TemplatedPolicies);
  if (!TemplatedPolicies.ok) return TemplatedPolicies;
  return {
    ok: true,
    value: {
      Policies: Policies.value,
      ServiceIdentities,
      NodeIdentities,
      TemplatedPolicies: TemplatedPolicies.value,
    },
  };
}
