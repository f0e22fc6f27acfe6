// The commands about tokens and what they are made of, told apart.

import { type AclCommand, AclCommandType } from '../../../../../wire/acl/commands.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';
import { deleteAuthMethods, deleteBindingRules, setAuthMethods, setBindingRules } from './auth-method-write.js';
import { deletePolicies, deleteRoles, setPolicies, setRoles } from './policy-write.js';
import { bootstrap, deleteTokens, setTokens } from './token-write.js';

export function applyAcl(tables: Tables, { type, body }: AclCommand): Refusal {
  switch (type) {
    case AclCommandType.aclBootstrap:
      return bootstrap(tables, body);
    case AclCommandType.aclTokenSet:
      return setTokens(tables, body);
    case AclCommandType.aclTokenDelete:
      return deleteTokens(tables, body.TokenIDs ?? []);
    case AclCommandType.aclPolicySet:
      return setPolicies(tables, body.Policies ?? []);
    case AclCommandType.aclPolicyDelete:
      return deletePolicies(tables, body.PolicyIDs ?? []);
    case AclCommandType.aclRoleSet:
      return setRoles(tables, body);
    case AclCommandType.aclRoleDelete:
      deleteRoles(tables, body.RoleIDs ?? []);
      return null;
    case AclCommandType.aclBindingRuleSet:
      return setBindingRules(tables, body.BindingRules ?? []);
    case AclCommandType.aclBindingRuleDelete:
      deleteBindingRules(tables, body.BindingRuleIDs ?? []);
      return null;
    case AclCommandType.aclAuthMethodSet:
      return setAuthMethods(tables, body.AuthMethods ?? []);
    case AclCommandType.aclAuthMethodDelete:
      deleteAuthMethods(tables, body.AuthMethodNames ?? []);
      return null;
  }
}
