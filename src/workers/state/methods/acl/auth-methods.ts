// ACL.AuthMethod* and ACL.BindingRule*: reading, listing, writing and deleting them (texts as recorded).

import { randomUUID } from 'node:crypto';
import { quote } from '../../../../gotext/quote.js';
import type { AclAuthMethod, AclBindingRule } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { parseAuthMethod, vocabularyOf } from '../../acl/auth-methods/auth-method.js';
import { bindingRuleProblem } from '../../acl/binding/binding-rules.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { isRefusal, type Refusal, refusal } from '../contract/refusal.js';
import { aclDenial, idDenial } from './acl-access.js';
import { APPLY_FAILED } from './token-write.js';

function failed(text: string): Refusal {
  return refusal('failed', text);
}

export const readAuthMethod: ReadMethod<string, AclAuthMethod | null> = {
  name: 'ACL.AuthMethodRead',
  prepare(store, name, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => store.acl.authMethod(name),
        watch: () => store.targets.aclAuthMethods(),
        missing: ({ value }) => value === null,
      }
    );
  },
};

export const listAuthMethods: ReadMethod<null, readonly AclAuthMethod[]> = {
  name: 'ACL.AuthMethodList',
  prepare(store, _all, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => store.acl.authMethods(),
        watch: () => store.targets.aclAuthMethods(),
        isSame: () => false,
      }
    );
  },
};

export const setAuthMethod: WriteMethod<AclAuthMethod, AclAuthMethod> = {
  name: 'ACL.AuthMethodSet',
  decide(leader, given, { authorizer }) {
    const { acl } = leader.store;
    const other = aclDenial(authorizer, 'acl:write') ?? (givesGlobalTokens(given) ? toPrimary(leader) : null);
    if (other !== null) return other;
    const stored = acl.authMethod(given.Name).value;
    if (stored !== null && given.Type !== '' && given.Type !== stored.Type) {
      return failed('the Type field of an Auth Method is immutable');
    }
    const method = { ...given, Type: given.Type || (stored?.Type ?? ''), CreateIndex: 0, ModifyIndex: 0 };
    const judged = parseAuthMethod(method);
    if (!judged.ok) return failed(judged.error);
    return {
      command: { type: CommandType.aclAuthMethodSet, body: { AuthMethods: [method] } },
      errorPrefix: APPLY_FAILED,
      reply: () =>
        acl.authMethod(method.Name).value ?? failed(`cannot find auth method with name ${quote(method.Name)}`),
    };
  },
};

/** Tokens that count in all datacenters are made in the primary one. */
export function givesGlobalTokens({ TokenLocality }: AclAuthMethod): boolean {
  return TokenLocality === 'global';
}

/** With its binding rules and tokens. False: there was none. */
export const deleteAuthMethod: WriteMethod<string, boolean> = {
  name: 'ACL.AuthMethodDelete',
  decide(leader, name, { authorizer }) {
    const denied = aclDenial(authorizer, 'acl:write');
    if (denied !== null) return denied;
    const method = leader.store.acl.authMethod(name).value;
    if (method === null) return { reply: false };
    return {
      command: { type: CommandType.aclAuthMethodDelete, body: { AuthMethodNames: [method.Name] } },
      errorPrefix: APPLY_FAILED,
      reply: () => true,
    };
  },
};

export const readBindingRule: ReadMethod<string, AclBindingRule | null> = {
  name: 'ACL.BindingRuleRead',
  prepare(store, id, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ??
      idDenial('binding rule', id) ?? {
        read: () => store.acl.bindingRule(id),
        watch: () => store.targets.aclBindingRules(),
        missing: ({ value }) => value === null,
      }
    );
  },
};

/** Of an auth method; "" for those of all. */
export const listBindingRules: ReadMethod<string, readonly AclBindingRule[]> = {
  name: 'ACL.BindingRuleList',
  prepare(store, authMethod, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => store.acl.bindingRules(authMethod),
        watch: () => store.targets.aclBindingRules(),
        isSame: () => false,
      }
    );
  },
};

/** The rule as it is to be: one that there is keeps its auth method. */
function wholeRule({ acl }: StoreReads, given: AclBindingRule): AclBindingRule | Refusal {
  const { ID, AuthMethod } = given;
  const blank = { CreateIndex: 0, ModifyIndex: 0 };
  if (ID === '') return { ...given, ...blank, ID: randomUUID() };
  const problem = idDenial('binding rule', ID);
  if (problem !== null) return problem;
  const stored = acl.bindingRule(ID).value;
  if (stored === null) return failed(`cannot find binding rule ${ID}`);
  if (AuthMethod !== '' && AuthMethod !== stored.AuthMethod) {
    return failed('the AuthMethod field of an Binding Rule is immutable');
  }
  return { ...given, ...blank, ID: stored.ID, AuthMethod: stored.AuthMethod };
}

function ruleProblem({ acl }: StoreReads, rule: AclBindingRule): Refusal | null {
  if (rule.AuthMethod === '') return failed('Invalid Binding Rule: no AuthMethod is set');
  const method = acl.authMethod(rule.AuthMethod).value;
  if (method === null) return failed(`cannot find auth method with name ${quote(rule.AuthMethod)}`);
  const config = parseAuthMethod(method);
  if (!config.ok) return failed(config.error);
  const problem = bindingRuleProblem(rule, vocabularyOf(config.value));
  return problem === null ? null : failed(problem);
}

/** Makes one where it has no ID. */
export const setBindingRule: WriteMethod<AclBindingRule, AclBindingRule> = {
  name: 'ACL.BindingRuleSet',
  decide(leader, given, { authorizer }) {
    const { store } = leader;
    const denied = aclDenial(authorizer, 'acl:write');
    if (denied !== null) return denied;
    const rule = wholeRule(store, given);
    if (isRefusal(rule)) return rule;
    const problem = ruleProblem(store, rule);
    if (problem !== null) return problem;
    return {
      command: { type: CommandType.aclBindingRuleSet, body: { BindingRules: [rule] } },
      errorPrefix: APPLY_FAILED,
      reply: () => store.acl.bindingRule(rule.ID).value ?? failed(`cannot find binding rule ${rule.ID}`),
    };
  },
};

/** False: there was none. */
export const deleteBindingRule: WriteMethod<string, boolean> = {
  name: 'ACL.BindingRuleDelete',
  decide({ store }, id, { authorizer }) {
    const denied = aclDenial(authorizer, 'acl:write') ?? idDenial('binding rule', id);
    if (denied !== null) return denied;
    const rule = store.acl.bindingRule(id).value;
    if (rule === null) return { reply: false };
    return {
      command: { type: CommandType.aclBindingRuleDelete, body: { BindingRuleIDs: [rule.ID] } },
      errorPrefix: APPLY_FAILED,
      reply: () => true,
    };
  },
};
