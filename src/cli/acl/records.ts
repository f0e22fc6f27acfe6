// What the agent answers under /v1/acl, as far as the commands look at it.

import { type DecodedBy, struct } from '../../gotext/json-decode.js';
import { bool, dynamic, index, list, map, pointer, string } from '../../gotext/json-kinds.js';

const links = list(struct('ACLLink', { ID: string, Name: string }));
const variables = pointer(struct('ACLTemplatedPolicyVariables', { Name: string }));
const indexes = { CreateIndex: index, ModifyIndex: index } as const;
const GRANTS = {
  Policies: links,
  ServiceIdentities: list(struct('ACLServiceIdentity', { ServiceName: string, Datacenters: list(string) })),
  NodeIdentities: list(struct('ACLNodeIdentity', { NodeName: string, Datacenter: string })),
  TemplatedPolicies: list(
    struct('ACLTemplatedPolicy', { TemplateName: string, TemplateVariables: variables, Datacenters: list(string) }),
  ),
} as const;

export const policyKind = struct('ACLPolicy', {
  ...{ ID: string, Name: string, Description: string, Rules: string, Datacenters: list(string), Hash: string },
  ...indexes,
});

export const roleKind = struct('ACLRole', {
  ...{ ID: string, Name: string, Description: string, Hash: string },
  ...GRANTS,
  ...indexes,
});

const TOKEN = {
  ...{ AccessorID: string, SecretID: string, Description: string, Local: bool, AuthMethod: string, Hash: string },
  ...{ CreateTime: string, ExpirationTime: string },
  Roles: links,
  ...GRANTS,
  ...indexes,
} as const;

export const tokenKind = struct('ACLToken', TOKEN);

/** With what it is linked to in whole, and what the agent that was asked does where none of it says anything. */
export const expandedTokenKind = struct('ACLTokenExpanded', {
  ...TOKEN,
  ExpandedPolicies: list(policyKind),
  ExpandedRoles: list(roleKind),
  ...{ AgentACLDefaultPolicy: string, AgentACLDownPolicy: string, ResolvedByAgent: string },
});

export const authMethodKind = struct('ACLAuthMethod', {
  ...{ Name: string, Type: string, DisplayName: string, Description: string },
  ...{ MaxTokenTTL: string, TokenLocality: string, Config: map(dynamic) },
  ...indexes,
});

export const bindingRuleKind = struct('ACLBindingRule', {
  ...{ ID: string, Description: string, AuthMethod: string, Selector: string, BindType: string, BindName: string },
  BindVars: variables,
  ...indexes,
});

export const templateKind = struct('ACLTemplatedPolicyResponse', {
  ...{ TemplateName: string, Schema: string, Template: string, Description: string },
});

export type Policy = DecodedBy<typeof policyKind>;
export type Role = DecodedBy<typeof roleKind>;
export type Token = DecodedBy<typeof tokenKind>;
export type ExpandedToken = DecodedBy<typeof expandedTokenKind>;
export type AuthMethod = DecodedBy<typeof authMethodKind>;
export type BindingRule = DecodedBy<typeof bindingRuleKind>;
export type Template = DecodedBy<typeof templateKind>;
/** What tokens and roles have in common. */
export type Grants = Pick<Role, keyof typeof GRANTS>;
