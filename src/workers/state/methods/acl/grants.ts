// What a token or role is to grant, judged before it is written: links by name become links by ID, identities have good names,
// and nothing is there twice (texts as recorded).

import { quote } from '../../../../gotext/quote.js';
import type {
  AclGrants,
  AclLink,
  AclNodeIdentity,
  AclServiceIdentity,
  AclTemplatedPolicy,
} from '../../../../wire/acl/records.js';
import { isIdentityName, judgeTemplateName } from '../../acl/policies/synthetic.js';
import { policyTemplate } from '../../acl/policies/templates.js';
import type { AclReads } from '../../replica/store/read-api.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';

/** What has them, for texts. */
export type Owner = 'token' | 'role';

function failed(text: string): Refusal {
  return refusal('failed', text);
}

/** The links with their IDs; names are those of today, which are found when it is read. */
export function resolvedLinks(acl: AclReads, kind: 'policy' | 'role', links: readonly AclLink[]): AclLink[] | Refusal {
  const byId = kind === 'policy' ? acl.aclPolicy.bind(acl) : acl.aclRole.bind(acl);
  const byName = kind === 'policy' ? acl.aclPolicyByName.bind(acl) : acl.aclRoleByName.bind(acl);
  const ids = new Set<string>();
  for (const { ID, Name } of links) {
    const { value } = ID === '' ? byName(Name) : byId(ID);
    if (value === null) {
      return failed(`No such ACL ${kind} with ${ID === '' ? `name ${quote(Name)}` : `ID ${quote(ID)}`}`);
    }
    ids.add(value.ID);
  }
  return [...ids].map((ID) => ({ ID, Name: '' }));
}

function invalidName(kind: 'Service' | 'Node', name: string): Refusal {
  const rule = "Only lowercase alphanumeric characters, '-' and '_' are allowed";
  return failed(`${kind} identity ${quote(name)} has an invalid name. ${rule}`);
}

function serviceIdentities(
  identities: readonly AclServiceIdentity[],
  owner: Owner,
  isLocal: boolean,
): AclServiceIdentity[] | Refusal {
  const byName = new Map<string, AclServiceIdentity>();
  for (const identity of identities) {
    const { ServiceName: name, Datacenters } = identity;
    if (name === '') return failed(`Service identity is missing the service name field on this ${owner}`);
    if (isLocal && (Datacenters?.length ?? 0) > 0) {
      return failed(`Service identity ${quote(name)} cannot specify a list of datacenters on a local token`);
    }
    if (!isIdentityName(name)) return invalidName('Service', name);
    byName.set(name, merged(byName.get(name), identity));
  }
  return [...byName.values()];
}

/** Of one service: in all datacenters where either is. */
function merged(known: AclServiceIdentity | undefined, given: AclServiceIdentity): AclServiceIdentity {
  if (known === undefined) return given;
  const everywhere = [known, given].some(({ Datacenters }) => (Datacenters?.length ?? 0) === 0);
  const both = [...(known.Datacenters ?? []), ...(given.Datacenters ?? [])];
  return { ServiceName: given.ServiceName, Datacenters: everywhere ? null : [...new Set(both)] };
}

function nodeIdentities(identities: readonly AclNodeIdentity[], owner: Owner): AclNodeIdentity[] | Refusal {
  const distinct = new Map<string, AclNodeIdentity>();
  for (const identity of identities) {
    const { NodeName, Datacenter } = identity;
    if (NodeName === '') return failed(`Node identity is missing the node name field on this ${owner}`);
    if (Datacenter === '') return failed(`Node identity is missing the datacenter field on this ${owner}`);
    if (!isIdentityName(NodeName)) return invalidName('Node', NodeName);
    distinct.set(`${NodeName} ${Datacenter}`, identity);
  }
  return [...distinct.values()];
}

function templatedPolicies(
  policies: readonly AclTemplatedPolicy[],
  owner: Owner,
  isLocal: boolean,
): AclTemplatedPolicy[] | Refusal {
  const distinct = new Map<string, AclTemplatedPolicy>();
  for (const policy of policies) {
    const { TemplateName, TemplateVariables, Datacenters } = policy;
    if (TemplateName === '') return failed(`templated policy is missing the template name field on this ${owner}`);
    if (isLocal && (Datacenters?.length ?? 0) > 0) {
      return failed(`templated policy ${quote(TemplateName)} cannot specify a list of datacenters on a local token`);
    }
    const template = policyTemplate(TemplateName);
    if (template === undefined) return failed(`no such ACL templated policy with Name ${quote(TemplateName)}`);
    const problem = judgeTemplateName(template, TemplateVariables?.Name ?? null);
    if (problem !== null) return failed(problem);
    const key = JSON.stringify([TemplateName, TemplateVariables?.Name ?? '', Datacenters]);
    distinct.set(key, { ...policy, TemplateID: template.TemplateID });
  }
  return [...distinct.values()];
}

/** Null stays null, but for service identities, which stock writes as an empty list. */
export function judgedGrants(acl: AclReads, given: AclGrants, owner: Owner, isLocal: boolean): AclGrants | Refusal {
  const Policies = given.Policies === null ? null : resolvedLinks(acl, 'policy', given.Policies);
  if (isRefusal(Policies)) return Policies;
  const ServiceIdentities = serviceIdentities(given.ServiceIdentities ?? [], owner, isLocal);
  if (isRefusal(ServiceIdentities)) return ServiceIdentities;
  const NodeIdentities = given.NodeIdentities === null ? null : nodeIdentities(given.NodeIdentities, owner);
  if (isRefusal(NodeIdentities)) return NodeIdentities;
  const TemplatedPolicies =
    given.TemplatedPolicies === null ? null : templatedPolicies(given.TemplatedPolicies, owner, isLocal);
  if (isRefusal(TemplatedPolicies)) return TemplatedPolicies;
  return { Policies, ServiceIdentities, NodeIdentities, TemplatedPolicies };
}
