// Tokens, what they are made of and the commands about them as tables (spec/acl.md).

import type {
  AclAuthMethodDeleteRequest,
  AclAuthMethodSetRequest,
  AclBindingRuleDeleteRequest,
  AclBindingRuleSetRequest,
  AclBootstrapRequest,
  AclPolicyDeleteRequest,
  AclPolicySetRequest,
  AclRoleDeleteRequest,
  AclRoleSetRequest,
  AclTokenDeleteRequest,
  AclTokenSetRequest,
} from '../acl/commands.js';
import type {
  AclAuthMethod,
  AclBindingRule,
  AclLink,
  AclNodeIdentity,
  AclPolicy,
  AclRole,
  AclServiceIdentity,
  AclTemplatedPolicy,
  AclToken,
} from '../acl/records.js';
import { dynamicMap, list, pointer, raftIndex, type StructSchema, strings, struct } from './kinds.js';

const aclLinkSchema: StructSchema<AclLink> = { name: 'ACLLink', fields: { ID: 'string', Name: 'string' } };
const serviceIdentitySchema: StructSchema<AclServiceIdentity> = {
  name: 'ACLServiceIdentity',
  fields: { ServiceName: 'string', Datacenters: strings },
};
const nodeIdentitySchema: StructSchema<AclNodeIdentity> = {
  name: 'ACLNodeIdentity',
  fields: { NodeName: 'string', Datacenter: 'string' },
};
const templateVariablesSchema: StructSchema<{ readonly Name: string }> = {
  name: 'ACLTemplatedPolicyVariables',
  fields: { Name: 'string' },
};
const templatedPolicySchema: StructSchema<AclTemplatedPolicy> = {
  name: 'ACLTemplatedPolicy',
  fields: {
    TemplateID: 'string',
    TemplateName: 'string',
    TemplateVariables: pointer(templateVariablesSchema),
    Datacenters: strings,
  },
};
const links = list(struct(aclLinkSchema));
const serviceIdentities = list(struct(serviceIdentitySchema));
const nodeIdentities = list(struct(nodeIdentitySchema));
const templatedPolicies = list(struct(templatedPolicySchema));

/** A token in a list. */
export type AclTokenStub = Omit<AclToken, 'ExpirationTTL'>;
/** A policy in a list. */
export type AclPolicyStub = Omit<AclPolicy, 'Rules'>;
/** An auth method in a list. */
export type AclAuthMethodStub = Omit<AclAuthMethod, 'Config'>;

export const aclTokenSchema: StructSchema<AclToken> = {
  name: 'ACLToken',
  fields: {
    AccessorID: 'string',
    SecretID: 'string',
    Description: 'string',
    Policies: links,
    Roles: links,
    ServiceIdentities: serviceIdentities,
    NodeIdentities: nodeIdentities,
    TemplatedPolicies: templatedPolicies,
    Local: 'bool',
    AuthMethod: 'string',
    ExpirationTTL: 'duration',
    ExpirationTime: 'bytes',
    CreateTime: 'bytes',
    Hash: 'bytes',
    ...raftIndex,
  },
};

export const aclTokenStubSchema: StructSchema<AclTokenStub> = {
  name: 'ACLTokenStub',
  fields: {
    AccessorID: 'string',
    SecretID: 'string',
    Description: 'string',
    Policies: links,
    Roles: links,
    ServiceIdentities: serviceIdentities,
    NodeIdentities: nodeIdentities,
    TemplatedPolicies: templatedPolicies,
    Local: 'bool',
    AuthMethod: 'string',
    ExpirationTime: 'bytes',
    CreateTime: 'bytes',
    Hash: 'bytes',
    ...raftIndex,
  },
};

export const aclPolicySchema: StructSchema<AclPolicy> = {
  name: 'ACLPolicy',
  fields: {
    ID: 'string',
    Name: 'string',
    Description: 'string',
    Rules: 'string',
    Datacenters: strings,
    Hash: 'bytes',
    ...raftIndex,
  },
};

export const aclPolicyStubSchema: StructSchema<AclPolicyStub> = {
  name: 'ACLPolicyStub',
  fields: {
    ID: 'string',
    Name: 'string',
    Description: 'string',
    Datacenters: strings,
    Hash: 'bytes',
    ...raftIndex,
  },
};

export const aclRoleSchema: StructSchema<AclRole> = {
  name: 'ACLRole',
  fields: {
    ID: 'string',
    Name: 'string',
    Description: 'string',
    Policies: links,
    ServiceIdentities: serviceIdentities,
    NodeIdentities: nodeIdentities,
    TemplatedPolicies: templatedPolicies,
    Hash: 'bytes',
    ...raftIndex,
  },
};

export const aclBindingRuleSchema: StructSchema<AclBindingRule> = {
  name: 'ACLBindingRule',
  fields: {
    ID: 'string',
    Description: 'string',
    AuthMethod: 'string',
    Selector: 'string',
    BindType: 'string',
    BindName: 'string',
    BindVars: pointer(templateVariablesSchema),
    ...raftIndex,
  },
};

export const aclAuthMethodSchema: StructSchema<AclAuthMethod> = {
  name: 'ACLAuthMethod',
  fields: {
    Name: 'string',
    Type: 'string',
    DisplayName: 'string',
    Description: 'string',
    MaxTokenTTL: 'duration',
    TokenLocality: 'string',
    Config: dynamicMap,
    ...raftIndex,
  },
};

export const aclAuthMethodStubSchema: StructSchema<AclAuthMethodStub> = {
  name: 'ACLAuthMethodStub',
  fields: {
    Name: 'string',
    Type: 'string',
    DisplayName: 'string',
    Description: 'string',
    MaxTokenTTL: 'duration',
    TokenLocality: 'string',
    ...raftIndex,
  },
};

export const aclBootstrapSchema: StructSchema<AclBootstrapRequest> = {
  name: 'ACLTokenBootstrapRequest',
  fields: { ResetIndex: 'uint64', Token: struct(aclTokenSchema) },
};
export const aclTokenSetSchema: StructSchema<AclTokenSetRequest> = {
  name: 'ACLTokenBatchSetRequest',
  fields: {
    Tokens: list(struct(aclTokenSchema)),
    CAS: 'bool',
    AllowMissingLinks: 'bool',
    ProhibitUnprivileged: 'bool',
    FromReplication: 'bool',
  },
};
export const aclTokenDeleteSchema: StructSchema<AclTokenDeleteRequest> = {
  name: 'ACLTokenBatchDeleteRequest',
  fields: { TokenIDs: strings },
};
export const aclPolicySetSchema: StructSchema<AclPolicySetRequest> = {
  name: 'ACLPolicyBatchSetRequest',
  fields: { Policies: list(struct(aclPolicySchema)) },
};
export const aclPolicyDeleteSchema: StructSchema<AclPolicyDeleteRequest> = {
  name: 'ACLPolicyBatchDeleteRequest',
  fields: { PolicyIDs: strings },
};
export const aclRoleSetSchema: StructSchema<AclRoleSetRequest> = {
  name: 'ACLRoleBatchSetRequest',
  fields: { Roles: list(struct(aclRoleSchema)), AllowMissingLinks: 'bool' },
};
export const aclRoleDeleteSchema: StructSchema<AclRoleDeleteRequest> = {
  name: 'ACLRoleBatchDeleteRequest',
  fields: { RoleIDs: strings },
};
export const aclBindingRuleSetSchema: StructSchema<AclBindingRuleSetRequest> = {
  name: 'ACLBindingRuleBatchSetRequest',
  fields: { BindingRules: list(struct(aclBindingRuleSchema)) },
};
export const aclBindingRuleDeleteSchema: StructSchema<AclBindingRuleDeleteRequest> = {
  name: 'ACLBindingRuleBatchDeleteRequest',
  fields: { BindingRuleIDs: strings },
};
export const aclAuthMethodSetSchema: StructSchema<AclAuthMethodSetRequest> = {
  name: 'ACLAuthMethodBatchSetRequest',
  fields: { AuthMethods: list(struct(aclAuthMethodSchema)) },
};
export const aclAuthMethodDeleteSchema: StructSchema<AclAuthMethodDeleteRequest> = {
  name: 'ACLAuthMethodBatchDeleteRequest',
  fields: { AuthMethodNames: strings },
};
