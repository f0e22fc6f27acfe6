// Tokens, policies, roles, binding rules and auth methods, with what they are looked up by.

import type { AclAuthMethod, AclBindingRule, AclPolicy, AclRole, AclToken } from '../../../../../wire/acl/records.js';
import { msOfGoTime } from '../../../../../wire/go-time.js';
import type { Journal } from './change.js';
import { OrderedMap } from './ordered-map.js';
import { Table } from './table.js';
import { joinKey, keyPart } from './table-key.js';

/** Of everything but a token: IDs compare without regard to case, as names do. */
export function aclKey(idOrName: string): string {
  return keyPart(idOrName);
}

/** Digits of the longest time in milliseconds that a record may hold. */
const TIME_DIGITS = 20;

/** When a token ends, so that keys of it come in the order of time. */
function expirationKey({ ExpirationTime, SecretID }: AclToken): string | null {
  const ms = msOfGoTime(ExpirationTime);
  if (ms === null) return null;
  const digits = BigInt(Math.max(0, Math.floor(ms)))
    .toString()
    .padStart(TIME_DIGITS, '0');
  return joinKey(digits, SecretID);
}

/** Rows of a table by a second name. */
class NameIndex<T> {
  readonly #rows = new Map<string, T>();
  readonly #nameOf: (row: T) => string;

  constructor(nameOf: (row: T) => string) {
    this.#nameOf = nameOf;
  }

  get(name: string): T | undefined {
    return this.#rows.get(aclKey(name));
  }

  changed(before: T | undefined, after: T | undefined): void {
    const former = before === undefined ? '' : aclKey(this.#nameOf(before));
    if (before !== undefined && this.#rows.get(former) === before) this.#rows.delete(former);
    if (after !== undefined) this.#rows.set(aclKey(this.#nameOf(after)), after);
  }
}

/** Keys of rows by what several of them may share. */
class GroupIndex<T> {
  readonly #keys = new Map<string, Set<string>>();
  readonly #groupOf: (row: T) => string;

  constructor(groupOf: (row: T) => string) {
    this.#groupOf = groupOf;
  }

  /** In order; safe to change the table with. */
  get(group: string): readonly string[] {
    return [...(this.#keys.get(aclKey(group)) ?? [])].sort();
  }

  changed(before: T | undefined, after: T | undefined, key: string): void {
    if (before !== undefined) this.#forget(this.#groupOf(before), key);
    if (after !== undefined) this.#note(this.#groupOf(after), key);
  }

  #note(group: string, key: string): void {
    if (group === '') return;
    const keys = this.#keys.get(aclKey(group));
    if (keys === undefined) this.#keys.set(aclKey(group), new Set([key]));
    else keys.add(key);
  }

  #forget(group: string, key: string): void {
    const keys = this.#keys.get(aclKey(group));
    keys?.delete(key);
    if (keys?.size === 0) this.#keys.delete(aclKey(group));
  }
}

export class AclTables {
  /** By secret, which is the order of a snapshot. */
  readonly tokens: Table<'acl-tokens'>;
  /** By ID, as the roles and the binding rules. */
  readonly policies: Table<'acl-policies'>;
  readonly roles: Table<'acl-roles'>;
  readonly bindingRules: Table<'acl-binding-rules'>;
  /** By name. */
  readonly authMethods: Table<'acl-auth-methods'>;
  readonly policiesByName = new NameIndex<AclPolicy>(({ Name }) => Name);
  readonly rolesByName = new NameIndex<AclRole>(({ Name }) => Name);
  readonly tokensByAccessor = new NameIndex<AclToken>(({ AccessorID }) => AccessorID);
  /** A map hashes with a seed of its own process and compares only what hashes alike. */
  readonly tokensBySecret = new Map<string, AclToken>();
  readonly tokensByAuthMethod = new GroupIndex<AclToken>(({ AuthMethod }) => AuthMethod);
  readonly bindingRulesByAuthMethod = new GroupIndex<AclBindingRule>(({ AuthMethod }) => AuthMethod);
  /** By time. */
  readonly #endingLocal = new OrderedMap<AclToken>();
  readonly #endingGlobal = new OrderedMap<AclToken>();
  #version: object = {};

  constructor(journal: Journal) {
    this.tokens = new Table('acl-tokens', journal, (before, after, key) => this.#tokenChanged(before, after, key));
    this.policies = new Table('acl-policies', journal, (before, after) => {
      this.#changed();
      this.policiesByName.changed(before, after);
    });
    this.roles = new Table('acl-roles', journal, (before, after) => {
      this.#changed();
      this.rolesByName.changed(before, after);
    });
    this.bindingRules = new Table('acl-binding-rules', journal, (before, after, key) => {
      this.bindingRulesByAuthMethod.changed(before, after, key);
    });
    this.authMethods = new Table('acl-auth-methods', journal);
  }

  /** Another object after each change of a token, policy or role: what was made of them is true while it is the same. */
  get version(): object {
    return this.#version;
  }

  /** The tokens whose time was up at `nowMs`, longest ago first; at most `most`. */
  expired(nowMs: number, isLocal: boolean, most: number): readonly AclToken[] {
    const ending = isLocal ? this.#endingLocal : this.#endingGlobal;
    const found: AclToken[] = [];
    for (const [, token] of ending.entries()) {
      const ms = msOfGoTime(token.ExpirationTime);
      if (found.length === most || ms === null || ms > nowMs) break;
      found.push(token);
    }
    return found;
  }

  /** Milliseconds since 1970 at which the next token ends; null: none does. */
  nextExpirationMs(isLocal: boolean): number | null {
    const first = (isLocal ? this.#endingLocal : this.#endingGlobal).first();
    return first === undefined ? null : msOfGoTime(first.ExpirationTime);
  }

  /** An auth method's type, tokens and rules go by its name. */
  authMethod(name: string): AclAuthMethod | undefined {
    return this.authMethods.get(aclKey(name));
  }

  #changed(): void {
    this.#version = {};
  }

  #tokenChanged(before: AclToken | undefined, after: AclToken | undefined, key: string): void {
    this.#changed();
    this.tokensByAccessor.changed(before, after);
    if (after === undefined) this.tokensBySecret.delete(key);
    else this.tokensBySecret.set(key, after);
    this.tokensByAuthMethod.changed(before, after, key);
    if (before !== undefined) this.#setEnd(before, undefined);
    if (after !== undefined) this.#setEnd(after, after);
  }

  #setEnd(token: AclToken, value: AclToken | undefined): void {
    const key = expirationKey(token);
    if (key === null) return;
    const ending = token.Local ? this.#endingLocal : this.#endingGlobal;
    if (value === undefined) ending.delete(key);
    else ending.set(key, value);
  }
}
