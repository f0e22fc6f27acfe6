// Auth methods and the rules that bind whoever logs in by one (spec/fsm.md, section 10).

import type { AclAuthMethod, AclBindingRule } from '../../../../../wire/acl/records.js';
import { aclKey } from '../../store/tables/acl-tables.js';
import type { Tables } from '../../store/tables/tables.js';
import type { Refusal } from '../refusals/refusal.js';

function setBindingRule(tables: Tables, rule: AclBindingRule): Refusal {
  if (rule.ID === '') return 'Missing ACL Binding Rule ID';
  if (rule.AuthMethod === '') return 'Missing ACL Binding Rule Auth Method';
  if (tables.acl.authMethod(rule.AuthMethod) === undefined) {
    return `No such auth method with Name: ${rule.AuthMethod}`;
  }
  const { index } = tables.journal;
  const key = aclKey(rule.ID);
  const CreateIndex = tables.acl.bindingRules.get(key)?.CreateIndex ?? index;
  tables.acl.bindingRules.set(key, { ...rule, CreateIndex, ModifyIndex: index });
  tables.index.raise('acl-binding-rules');
  return null;
}

export function setBindingRules(tables: Tables, rules: readonly AclBindingRule[]): Refusal {
  for (const rule of rules) {
    const refused = setBindingRule(tables, rule);
    if (refused !== null) return refused;
  }
  return null;
}

function deleteBindingRule(tables: Tables, key: string): void {
  if (tables.acl.bindingRules.delete(key)) tables.index.raise('acl-binding-rules');
}

export function deleteBindingRules(tables: Tables, ids: readonly string[]): void {
  for (const id of ids) deleteBindingRule(tables, aclKey(id));
}

function setAuthMethod(tables: Tables, method: AclAuthMethod): Refusal {
  if (method.Name === '') return 'Missing ACL Auth Method Name';
  if (method.Type === '') return 'Missing ACL Auth Method Type';
  const { index } = tables.journal;
  const CreateIndex = tables.acl.authMethod(method.Name)?.CreateIndex ?? index;
  tables.acl.authMethods.set(aclKey(method.Name), { ...method, CreateIndex, ModifyIndex: index });
  tables.index.raise('acl-auth-methods');
  return null;
}

export function setAuthMethods(tables: Tables, methods: readonly AclAuthMethod[]): Refusal {
  for (const method of methods) {
    const refused = setAuthMethod(tables, method);
    if (refused !== null) return refused;
  }
  return null;
}

/** With a method go its binding rules, and the tokens that it gave out. */
export function deleteAuthMethods(tables: Tables, names: readonly string[]): void {
  const { acl, index } = tables;
  for (const name of names) {
    const method = acl.authMethod(name);
    if (method === undefined) continue;
    acl.authMethods.delete(aclKey(name));
    index.raise('acl-auth-methods');
    for (const key of acl.bindingRulesByAuthMethod.get(name)) deleteBindingRule(tables, key);
    const givesLocal = method.TokenLocality !== 'global';
    for (const secret of acl.tokensByAuthMethod.get(name)) {
      if (acl.tokens.get(secret)?.Local !== givesLocal) continue;
      acl.tokens.delete(secret);
      index.raise('acl-tokens');
    }
  }
}
