// The commands about tokens and what they are made of (spec/fsm.md, section 3, types 11, 17–20 and 23–28). Unlike others they
// carry neither datacenter nor token.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from './records.js';

export const AclCommandType = {
  aclBootstrap: 11,
  aclTokenSet: 17,
  aclTokenDelete: 18,
  aclPolicySet: 19,
  aclPolicyDelete: 20,
  aclRoleSet: 23,
  aclRoleDelete: 24,
  aclBindingRuleSet: 25,
  aclBindingRuleDelete: 26,
  aclAuthMethodSet: 27,
  aclAuthMethodDelete: 28,
} as const;

export interface AclBootstrapRequest {
  /** 0 for the first time; afterwards that of the bootstrap before, which is to be done again. */
  readonly ResetIndex: number | bigint;
  readonly Token: AclToken;
}

export interface AclTokenSetRequest {
  readonly Tokens: readonly AclToken[] | null;
  /** A token whose ModifyIndex isn't the stored one's is passed over. */
  readonly CAS: boolean;
  /** Links to policies and roles that aren't there stay. */
  readonly AllowMissingLinks: boolean;
  /** A token that grants nothing is refused. */
  readonly ProhibitUnprivileged: boolean;
  /** From the primary datacenter. */
  readonly FromReplication: boolean;
}
export interface AclTokenDeleteRequest {
  /** Accessor IDs. */
  readonly TokenIDs: readonly string[] | null;
}

export interface AclPolicySetRequest {
  readonly Policies: readonly AclPolicy[] | null;
}
export interface AclPolicyDeleteRequest {
  readonly PolicyIDs: readonly string[] | null;
}

export interface AclRoleSetRequest {
  readonly Roles: readonly AclRole[] | null;
  readonly AllowMissingLinks: boolean;
}
export interface AclRoleDeleteRequest {
  readonly RoleIDs: readonly string[] | null;
}

export interface AclBindingRuleSetRequest {
  readonly BindingRules: readonly AclBindingRule[] | null;
}
export interface AclBindingRuleDeleteRequest {
  readonly BindingRuleIDs: readonly string[] | null;
}

export interface AclAuthMethodSetRequest {
  readonly AuthMethods: readonly AclAuthMethod[] | null;
}
export interface AclAuthMethodDeleteRequest {
  readonly AuthMethodNames: readonly string[] | null;
}

export type AclCommand =
  | { readonly type: typeof AclCommandType.aclBootstrap; readonly body: AclBootstrapRequest }
  | { readonly type: typeof AclCommandType.aclTokenSet; readonly body: AclTokenSetRequest }
  | { readonly type: typeof AclCommandType.aclTokenDelete; readonly body: AclTokenDeleteRequest }
  | { readonly type: typeof AclCommandType.aclPolicySet; readonly body: AclPolicySetRequest }
  | { readonly type: typeof AclCommandType.aclPolicyDelete; readonly body: AclPolicyDeleteRequest }
  | { readonly type: typeof AclCommandType.aclRoleSet; readonly body: AclRoleSetRequest }
  | { readonly type: typeof AclCommandType.aclRoleDelete; readonly body: AclRoleDeleteRequest }
  | { readonly type: typeof AclCommandType.aclBindingRuleSet; readonly body: AclBindingRuleSetRequest }
  | { readonly type: typeof AclCommandType.aclBindingRuleDelete; readonly body: AclBindingRuleDeleteRequest }
  | { readonly type: typeof AclCommandType.aclAuthMethodSet; readonly body: AclAuthMethodSetRequest }
  | { readonly type: typeof AclCommandType.aclAuthMethodDelete; readonly body: AclAuthMethodDeleteRequest };
