// A server's state with tokens, policies and roles in it.

import { AclCommandType } from '../../../../../src/wire/acl/commands.js';
import type { AclPolicy, AclRole, AclToken } from '../../../../../src/wire/acl/records.js';
import type { Command } from '../../../../../src/wire/commands.js';
import { goTimeOf } from '../../../../../src/wire/go-time.js';
import { StateStore } from '../../../../../src/workers/state/replica/state-store.js';

const GRANTS = { Policies: null, ServiceIdentities: null, NodeIdentities: null, TemplatedPolicies: null };
const INDEXES = { CreateIndex: 0, ModifyIndex: 0 };

export const TOKEN: AclToken = {
  AccessorID: 'a0000000-0000-4000-8000-000000000001',
  SecretID: 's0000000-0000-4000-8000-000000000001',
  Description: '',
  ...GRANTS,
  Roles: null,
  Local: false,
  AuthMethod: '',
  ExpirationTTL: 0,
  ExpirationTime: null,
  CreateTime: goTimeOf(0),
  Hash: null,
  ...INDEXES,
};

export function policy(ID: string, Rules: string, Datacenters: readonly string[] | null = null): AclPolicy {
  return { ID, Name: `policy-${ID}`, Description: '', Rules, Datacenters, Hash: null, ...INDEXES };
}

export function role(ID: string, policies: readonly string[]): AclRole {
  const Policies = policies.map((id) => ({ ID: id, Name: '' }));
  return { ID, Name: `role-${ID}`, Description: '', ...GRANTS, Policies, Hash: null, ...INDEXES };
}

export class AclState {
  readonly store = new StateStore();
  #index = 10;

  setToken(token: Partial<AclToken>): void {
    const rules = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false };
    this.#apply({ type: AclCommandType.aclTokenSet, body: { Tokens: [{ ...TOKEN, ...token }], ...rules } });
  }

  /** With a token that no test asks for. */
  bootstrap(): void {
    const Token = { ...TOKEN, AccessorID: 'b0000000-0000-4000-8000-000000000001', SecretID: 'first' };
    this.#apply({ type: AclCommandType.aclBootstrap, body: { ResetIndex: 0, Token } });
  }

  deleteToken(accessor: string): void {
    this.#apply({ type: AclCommandType.aclTokenDelete, body: { TokenIDs: [accessor] } });
  }

  setPolicy(given: AclPolicy): void {
    this.#apply({ type: AclCommandType.aclPolicySet, body: { Policies: [given] } });
  }

  deletePolicy(id: string): void {
    this.#apply({ type: AclCommandType.aclPolicyDelete, body: { PolicyIDs: [id] } });
  }

  setRole(given: AclRole): void {
    this.#apply({ type: AclCommandType.aclRoleSet, body: { Roles: [given], AllowMissingLinks: false } });
  }

  #apply(command: Command): void {
    this.#index += 1;
    const result = this.store.apply(this.#index, command);
    if (result.kind === 'error') throw new Error(result.text);
  }
}
