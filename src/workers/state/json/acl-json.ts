// Tokens and what they are made of as JSON: how they are shown, and the shapes of it (recorded). What is empty is left out in
// most places.

import { formatDuration } from '../../../gotext/duration.js';
import { bytesJson, dynamicJson, listJson, mapJson, quoteJson } from '../../../gotext/json-encode.js';
import { type JsonShape, listOf, mapOf, nullable, optional, record } from '../../../gotext/json-shape.js';
import { timeText } from '../../../gotext/rfc3339.js';
import type {
  AclAuthMethod,
  AclBindingRule,
  AclGrants,
  AclLink,
  AclPolicy,
  AclRole,
  AclToken,
} from '../../../wire/acl/records.js';
import { msOfGoTime } from '../../../wire/go-time.js';

/** `"Name":…,` of a list that isn't empty. */
function filledList<T>(name: string, list: readonly T[] | null, element: (value: T) => string): string {
  return list === null || list.length === 0 ? '' : `"${name}":${listJson(list, element)},`;
}

function filledText(name: string, text: string): string {
  return text === '' ? '' : `"${name}":${quoteJson(text)},`;
}

function indexes({ CreateIndex, ModifyIndex }: { readonly CreateIndex: number; readonly ModifyIndex: number }): string {
  return `"CreateIndex":${CreateIndex},"ModifyIndex":${ModifyIndex}}`;
}

function linkJson({ ID, Name }: AclLink): string {
  return `{"ID":${quoteJson(ID)},"Name":${quoteJson(Name)}}`;
}

/** Behind the members of something that has datacenters. */
function datacentersJson(datacenters: readonly string[] | null): string {
  return datacenters === null || datacenters.length === 0 ? '' : `,"Datacenters":${listJson(datacenters, quoteJson)}`;
}

function identitiesJson({ ServiceIdentities, NodeIdentities, TemplatedPolicies }: AclGrants): string {
  return (
    filledList(
      'ServiceIdentities',
      ServiceIdentities,
      ({ ServiceName, Datacenters }) => `{"ServiceName":${quoteJson(ServiceName)}${datacentersJson(Datacenters)}}`,
    ) +
    filledList(
      'NodeIdentities',
      NodeIdentities,
      ({ NodeName, Datacenter }) => `{"NodeName":${quoteJson(NodeName)},"Datacenter":${quoteJson(Datacenter)}}`,
    ) +
    filledList('TemplatedPolicies', TemplatedPolicies, (policy) => {
      const variables = policy.TemplateVariables;
      const given = variables === null ? '' : `,"TemplateVariables":{"name":${quoteJson(variables.Name)}}`;
      const names = `"TemplateID":${quoteJson(policy.TemplateID)},"TemplateName":${quoteJson(policy.TemplateName)}`;
      return `{${names}${given}${datacentersJson(policy.Datacenters)}}`;
    })
  );
}

/** What tokens have in every form, without the brace in front. */
export function tokenMembers(token: AclToken): string {
  const { ExpirationTime } = token;
  const end = ExpirationTime === null ? '' : `"ExpirationTime":${quoteJson(timeText(msOfGoTime(ExpirationTime)))},`;
  return (
    `"AccessorID":${quoteJson(token.AccessorID)},"SecretID":${quoteJson(token.SecretID)},` +
    `"Description":${quoteJson(token.Description)},` +
    filledList('Policies', token.Policies, linkJson) +
    filledList('Roles', token.Roles, linkJson) +
    identitiesJson(token) +
    `"Local":${token.Local},${filledText('AuthMethod', token.AuthMethod)}${end}` +
    `"CreateTime":${quoteJson(timeText(msOfGoTime(token.CreateTime)))},"Hash":${bytesJson(token.Hash)},` +
    `"CreateIndex":${token.CreateIndex},"ModifyIndex":${token.ModifyIndex}`
  );
}

export function tokenJson(token: AclToken): string {
  return `{${tokenMembers(token)}}`;
}

export function policyJson(policy: AclPolicy): string {
  const { Datacenters } = policy;
  return (
    `{"ID":${quoteJson(policy.ID)},"Name":${quoteJson(policy.Name)},"Description":${quoteJson(policy.Description)},` +
    `"Rules":${quoteJson(policy.Rules)}${datacentersJson(Datacenters)},"Hash":${bytesJson(policy.Hash)},${indexes(policy)}`
  );
}

/** Of a list: without its rules. */
export function policyStubJson(policy: AclPolicy): string {
  return (
    `{"ID":${quoteJson(policy.ID)},"Name":${quoteJson(policy.Name)},"Description":${quoteJson(policy.Description)},` +
    `"Datacenters":${listJson(policy.Datacenters, quoteJson)},"Hash":${bytesJson(policy.Hash)},${indexes(policy)}`
  );
}

export function roleJson(role: AclRole): string {
  return (
    `{"ID":${quoteJson(role.ID)},"Name":${quoteJson(role.Name)},"Description":${quoteJson(role.Description)},` +
    filledList('Policies', role.Policies, linkJson) +
    identitiesJson(role) +
    `"Hash":${bytesJson(role.Hash)},${indexes(role)}`
  );
}

export function bindingRuleJson(rule: AclBindingRule): string {
  const { BindVars } = rule;
  const variables = BindVars === null ? '' : `"BindVars":{"name":${quoteJson(BindVars.Name)}},`;
  return (
    `{"ID":${quoteJson(rule.ID)},"Description":${quoteJson(rule.Description)},"AuthMethod":${quoteJson(rule.AuthMethod)},` +
    `"Selector":${quoteJson(rule.Selector)},"BindType":${quoteJson(rule.BindType)},` +
    `"BindName":${quoteJson(rule.BindName)},${variables}${indexes(rule)}`
  );
}

function methodMembers(method: AclAuthMethod): string {
  const { MaxTokenTTL } = method;
  return (
    (MaxTokenTTL === 0 ? '' : `"MaxTokenTTL":${quoteJson(formatDuration(MaxTokenTTL))},`) +
    `"Name":${quoteJson(method.Name)},"Type":${quoteJson(method.Type)},${filledText('DisplayName', method.DisplayName)}` +
    `"Description":${quoteJson(method.Description)},${filledText('TokenLocality', method.TokenLocality)}`
  );
}

export function authMethodJson(method: AclAuthMethod): string {
  return `{${methodMembers(method)}"Config":${mapJson(method.Config, dynamicJson)},${indexes(method)}`;
}

/** Of a list: without its configuration. */
export function authMethodStubJson(method: AclAuthMethod): string {
  return `{${methodMembers(method)}${indexes(method)}`;
}

const STRINGS = listOf('string');
const LINKS = listOf(record('AclLink', { ID: 'string', Name: 'string' }));
const VARIABLES = record('TemplateVariables', { name: 'string' });
const GRANTS = {
  Policies: optional(LINKS),
  ServiceIdentities: optional(
    listOf(record('AclServiceIdentity', { ServiceName: 'string', Datacenters: optional(STRINGS) })),
  ),
  NodeIdentities: optional(listOf(record('AclNodeIdentity', { NodeName: 'string', Datacenter: 'string' }))),
  TemplatedPolicies: optional(
    listOf(
      record('AclTemplatedPolicy', {
        TemplateID: 'string',
        TemplateName: 'string',
        TemplateVariables: optional(VARIABLES),
        Datacenters: optional(STRINGS),
      }),
    ),
  ),
} as const;
const INDEXES = { CreateIndex: 'integer', ModifyIndex: 'integer' } as const;
const TOKEN = {
  AccessorID: 'string',
  SecretID: 'string',
  Description: 'string',
  Roles: optional(LINKS),
  ...GRANTS,
  Local: 'boolean',
  AuthMethod: optional('string'),
  ExpirationTime: optional('string'),
  CreateTime: 'string',
  Hash: nullable('string'),
  ...INDEXES,
} as const;

export const tokenShape: JsonShape = record('AclToken', TOKEN);
export const firstTokenShape: JsonShape = record('AclFirstToken', { ID: 'string', ...TOKEN });
export const policyShape: JsonShape = record('AclPolicy', {
  ID: 'string',
  Name: 'string',
  Description: 'string',
  Rules: 'string',
  Datacenters: optional(STRINGS),
  Hash: nullable('string'),
  ...INDEXES,
});
export const policyStubShape: JsonShape = record('AclPolicyStub', {
  ID: 'string',
  Name: 'string',
  Description: 'string',
  Datacenters: nullable(STRINGS),
  Hash: nullable('string'),
  ...INDEXES,
});
export const roleShape: JsonShape = record('AclRole', {
  ID: 'string',
  Name: 'string',
  Description: 'string',
  ...GRANTS,
  Hash: nullable('string'),
  ...INDEXES,
});
export const bindingRuleShape: JsonShape = record('AclBindingRule', {
  ID: 'string',
  Description: 'string',
  AuthMethod: 'string',
  Selector: 'string',
  BindType: 'string',
  BindName: 'string',
  BindVars: optional(VARIABLES),
  ...INDEXES,
});
const METHOD = {
  MaxTokenTTL: optional('string'),
  Name: 'string',
  Type: 'string',
  DisplayName: optional('string'),
  Description: 'string',
  TokenLocality: optional('string'),
} as const;
export const authMethodShape: JsonShape = record('AclAuthMethod', {
  ...METHOD,
  Config: nullable(mapOf('any')),
  ...INDEXES,
});
export const authMethodStubShape: JsonShape = record('AclAuthMethodStub', { ...METHOD, ...INDEXES });
export const expandedTokenShape: JsonShape = record('AclExpandedToken', {
  ...TOKEN,
  ExpandedPolicies: nullable(listOf(policyShape)),
  ExpandedRoles: nullable(listOf(roleShape)),
  NamespaceDefaultPolicyIDs: nullable(STRINGS),
  NamespaceDefaultRoleIDs: nullable(STRINGS),
  AgentACLDefaultPolicy: 'string',
  AgentACLDownPolicy: 'string',
  ResolvedByAgent: 'string',
});
