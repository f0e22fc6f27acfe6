// The rows of ACL.AuthMethod* and BindingRule*.

import { list } from '../../../../../msgpack/collections.js';
import { bool, nullable, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { AclAuthMethod, AclBindingRule } from '../../../../../wire/acl/records.js';
import {
  type AclAuthMethodStub,
  aclAuthMethodSchema,
  aclAuthMethodStubSchema,
  aclBindingRuleSchema,
} from '../../../../../wire/schema/acl.js';
import {
  deleteAuthMethod,
  deleteBindingRule,
  listAuthMethods,
  listBindingRules,
  readAuthMethod,
  readBindingRule,
  setAuthMethod,
  setBindingRule,
} from '../../../methods/acl/auth-methods.js';
import { emptyAsNil, UNLIMITED } from '../lists.js';
import { type QueryMeta, type QueryOptions, queryMetaKinds, queryOptionKinds } from '../query-options.js';
import type { ReadRow, Row, WriteOptions, WriteRow } from '../row.js';

const methodKind = recordKind(aclAuthMethodSchema);
const ruleKind = recordKind(aclBindingRuleSchema);

interface MethodArguments extends QueryOptions {
  readonly AuthMethodName: string;
}
interface MethodReply extends QueryMeta {
  readonly AuthMethod: AclAuthMethod | null;
}
interface MethodsReply extends QueryMeta {
  readonly AuthMethods: readonly AclAuthMethodStub[] | null;
}

const oneMethod: ReadRow<MethodArguments, MethodReply, string, AclAuthMethod | null> = {
  kind: 'read',
  method: readAuthMethod,
  arguments: struct<MethodArguments>({ Datacenter: text, AuthMethodName: text, ...queryOptionKinds }),
  reply: struct<MethodReply>({ AuthMethod: nullable(methodKind), ...queryMetaKinds }),
  request: ({ AuthMethodName }) => AuthMethodName,
  ask: (name, options) => ({ AuthMethodName: name, ...options }),
  show: (method, meta) => ({ AuthMethod: method, ...meta }),
  value: ({ AuthMethod }) => AuthMethod,
};

const allMethods: ReadRow<QueryOptions, MethodsReply, null, readonly AclAuthMethod[]> = {
  kind: 'read',
  method: listAuthMethods,
  arguments: struct<QueryOptions>({ Datacenter: text, ...queryOptionKinds }),
  reply: struct<MethodsReply>({
    AuthMethods: list(recordKind(aclAuthMethodStubSchema), UNLIMITED),
    ...queryMetaKinds,
  }),
  request: () => null,
  ask: (_all, options) => options,
  show: (methods, meta) => ({ AuthMethods: emptyAsNil(methods), ...meta }),
  value: ({ AuthMethods }) => (AuthMethods ?? []).map((stub) => ({ ...stub, Config: null })),
};

interface SetMethodArguments extends WriteOptions {
  readonly AuthMethod: AclAuthMethod;
}

const writeMethod: WriteRow<SetMethodArguments, AclAuthMethod, AclAuthMethod, AclAuthMethod> = {
  kind: 'write',
  method: setAuthMethod,
  arguments: struct<SetMethodArguments>({ Datacenter: text, Token: text, AuthMethod: methodKind }),
  reply: methodKind,
  request: ({ AuthMethod }) => AuthMethod,
  ask: (method, { Datacenter, Token }) => ({ Datacenter, Token, AuthMethod: method }),
  show: (method) => method,
  value: (method) => method,
};

interface DeleteMethodArguments extends WriteOptions {
  readonly AuthMethodName: string;
}

const removeMethod: WriteRow<DeleteMethodArguments, boolean, string, boolean> = {
  kind: 'write',
  method: deleteAuthMethod,
  arguments: struct<DeleteMethodArguments>({ Datacenter: text, Token: text, AuthMethodName: text }),
  reply: bool,
  request: ({ AuthMethodName }) => AuthMethodName,
  ask: (name, { Datacenter, Token }) => ({ Datacenter, Token, AuthMethodName: name }),
  show: (isDone) => isDone,
  value: (isDone) => isDone,
};

interface RuleArguments extends QueryOptions {
  readonly BindingRuleID: string;
}
interface RuleReply extends QueryMeta {
  readonly BindingRule: AclBindingRule | null;
}
interface RulesArguments extends QueryOptions {
  readonly AuthMethod: string;
}
interface RulesReply extends QueryMeta {
  readonly BindingRules: readonly AclBindingRule[] | null;
}

const oneRule: ReadRow<RuleArguments, RuleReply, string, AclBindingRule | null> = {
  kind: 'read',
  method: readBindingRule,
  arguments: struct<RuleArguments>({ Datacenter: text, BindingRuleID: text, ...queryOptionKinds }),
  reply: struct<RuleReply>({ BindingRule: nullable(ruleKind), ...queryMetaKinds }),
  request: ({ BindingRuleID }) => BindingRuleID,
  ask: (id, options) => ({ BindingRuleID: id, ...options }),
  show: (rule, meta) => ({ BindingRule: rule, ...meta }),
  value: ({ BindingRule }) => BindingRule,
};

const allRules: ReadRow<RulesArguments, RulesReply, string, readonly AclBindingRule[]> = {
  kind: 'read',
  method: listBindingRules,
  arguments: struct<RulesArguments>({ Datacenter: text, AuthMethod: text, ...queryOptionKinds }),
  reply: struct<RulesReply>({ BindingRules: list(ruleKind, UNLIMITED), ...queryMetaKinds }),
  request: ({ AuthMethod }) => AuthMethod,
  ask: (authMethod, options) => ({ AuthMethod: authMethod, ...options }),
  show: (rules, meta) => ({ BindingRules: rules, ...meta }),
  value: ({ BindingRules }) => BindingRules ?? [],
};

interface SetRuleArguments extends WriteOptions {
  readonly BindingRule: AclBindingRule;
}

const writeRule: WriteRow<SetRuleArguments, AclBindingRule, AclBindingRule, AclBindingRule> = {
  kind: 'write',
  method: setBindingRule,
  arguments: struct<SetRuleArguments>({ Datacenter: text, Token: text, BindingRule: ruleKind }),
  reply: ruleKind,
  request: ({ BindingRule }) => BindingRule,
  ask: (rule, { Datacenter, Token }) => ({ Datacenter, Token, BindingRule: rule }),
  show: (rule) => rule,
  value: (rule) => rule,
};

interface DeleteRuleArguments extends WriteOptions {
  readonly BindingRuleID: string;
}

const removeRule: WriteRow<DeleteRuleArguments, boolean, string, boolean> = {
  kind: 'write',
  method: deleteBindingRule,
  arguments: struct<DeleteRuleArguments>({ Datacenter: text, Token: text, BindingRuleID: text }),
  reply: bool,
  request: ({ BindingRuleID }) => BindingRuleID,
  ask: (id, { Datacenter, Token }) => ({ Datacenter, Token, BindingRuleID: id }),
  show: (isDone) => isDone,
  value: (isDone) => isDone,
};

export const aclAuthMethodRows: readonly Row[] = [
  oneMethod,
  allMethods,
  writeMethod,
  removeMethod,
  oneRule,
  allRules,
  writeRule,
  removeRule,
];
