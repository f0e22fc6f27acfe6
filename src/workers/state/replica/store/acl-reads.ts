// Reads of tokens and what they are made of (spec/fsm.md, section 4): each list's index is that of its whole table.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../wire/acl/records.js';
import { currentRole, currentToken } from './acl-links.js';
import type { CurrentTables } from './current-tables.js';
import type { AclReads, ReadResult } from './read-api.js';
import { aclKey } from './tables/acl-tables.js';

export class AclTableReads implements AclReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  get version(): object {
    return this.#acl.version;
  }

  aclToken(secret: string): AclToken | undefined {
    return this.#acl.tokensBySecret.get(secret);
  }

  aclTokenByAccessor(accessor: string): ReadResult<AclToken | null> {
    const token = this.#acl.tokensByAccessor.get(accessor);
    return this.#result('acl-tokens', token === undefined ? null : currentToken(this.#acl, token));
  }

  current(token: AclToken): AclToken {
    return currentToken(this.#acl, token);
  }

  tokens(): ReadResult<readonly AclToken[]> {
    const tokens = this.#acl.tokens.rows.allValues();
    return this.#result(
      'acl-tokens',
      tokens.map((token) => currentToken(this.#acl, token)),
    );
  }

  expiredTokens(nowMs: number, isLocal: boolean, most: number): readonly AclToken[] {
    return this.#acl.expired(nowMs, isLocal, most);
  }

  nextExpirationMs(isLocal: boolean): number | null {
    return this.#acl.nextExpirationMs(isLocal);
  }

  aclPolicy(id: string): ReadResult<AclPolicy | null> {
    return this.#result('acl-policies', this.#acl.policies.get(aclKey(id)) ?? null);
  }

  aclPolicyByName(name: string): ReadResult<AclPolicy | null> {
    return this.#result('acl-policies', this.#acl.policiesByName.get(name) ?? null);
  }

  policies(): ReadResult<readonly AclPolicy[]> {
    return this.#result('acl-policies', this.#acl.policies.rows.allValues());
  }

  aclRole(id: string): ReadResult<AclRole | null> {
    return this.#role(this.#acl.roles.get(aclKey(id)));
  }

  aclRoleByName(name: string): ReadResult<AclRole | null> {
    return this.#role(this.#acl.rolesByName.get(name));
  }

  roles(): ReadResult<readonly AclRole[]> {
    const roles = this.#acl.roles.rows.allValues();
    return this.#result(
      'acl-roles',
      roles.map((role) => currentRole(this.#acl, role)),
    );
  }

  bindingRule(id: string): ReadResult<AclBindingRule | null> {
    return this.#result('acl-binding-rules', this.#acl.bindingRules.get(aclKey(id)) ?? null);
  }

  /** `authMethod`: "" for those of all. */
  bindingRules(authMethod: string): ReadResult<readonly AclBindingRule[]> {
    const { bindingRules, bindingRulesByAuthMethod } = this.#acl;
    const rules =
      authMethod === ''
        ? bindingRules.rows.allValues()
        : bindingRulesByAuthMethod.get(authMethod).flatMap((key) => bindingRules.get(key) ?? []);
    return this.#result('acl-binding-rules', rules);
  }

  authMethod(name: string): ReadResult<AclAuthMethod | null> {
    return this.#result('acl-auth-methods', this.#acl.authMethod(name) ?? null);
  }

  authMethods(): ReadResult<readonly AclAuthMethod[]> {
    return this.#result('acl-auth-methods', this.#acl.authMethods.rows.allValues());
  }

  get bootstrapIndex(): number {
    return this.#current.tables.index.get('acl-token-bootstrap');
  }

  #role(role: AclRole | undefined): ReadResult<AclRole | null> {
    return this.#result('acl-roles', role === undefined ? null : currentRole(this.#acl, role));
  }

  get #acl() {
    return this.#current.tables.acl;
  }

  #result<T>(key: string, value: T): ReadResult<T> {
    return { index: this.#current.tables.index.get(key), value };
  }
}
