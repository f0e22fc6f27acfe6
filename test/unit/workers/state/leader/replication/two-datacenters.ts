// Two stores that take each command at once: the primary datacenter's, asked by its own methods, and that of the datacenter whose
// leader copies from it.

import { zeroStruct } from '../../../../../../src/msgpack/zero.js';
import { hashOfPolicy, hashOfRole, hashOfToken } from '../../../../../../src/wire/acl/hashes.js';
import type { AclPolicy, AclRole, AclToken } from '../../../../../../src/wire/acl/records.js';
import { type Command, CommandType } from '../../../../../../src/wire/commands.js';
import { aclPolicySchema, aclRoleSchema, aclTokenSchema } from '../../../../../../src/wire/schema/acl.js';
import type { Authorizer } from '../../../../../../src/workers/state/acl/access.js';
import { GLOBAL_MANAGEMENT } from '../../../../../../src/workers/state/acl/policies/builtin-policies.js';
import type { Primary } from '../../../../../../src/workers/state/leader/primary/primary.js';
import {
  type DirectMethod,
  shownSteps,
  type WriteMethod,
} from '../../../../../../src/workers/state/methods/contract/method.js';
import { isRefusal, type Refusal, refusal } from '../../../../../../src/workers/state/methods/contract/refusal.js';
import type { ProposeFailure, ProposeOutcome } from '../../../../../../src/workers/state/replica/consensus.js';
import { atOnce } from '../../../../../../src/workers/state/turns/turns.js';
import { authorizerOf } from '../../acl/authorizer-of.js';
import { TestStore } from '../../replica/store/commands.js';

export function uuid(number: number): string {
  return `aaaaaaaa-0000-4000-8000-${String(number).padStart(12, '0')}`;
}

export function policy(ID: string, parts: Partial<AclPolicy> = {}): AclPolicy {
  const whole = { ...zeroStruct(aclPolicySchema), ID, Name: `policy-${ID.slice(-3)}`, Rules: '', ...parts };
  return { ...whole, Hash: hashOfPolicy(whole) };
}

export function role(ID: string, parts: Partial<AclRole> = {}): AclRole {
  const whole = { ...zeroStruct(aclRoleSchema), ID, Name: `role-${ID.slice(-3)}`, ...parts };
  return { ...whole, Hash: hashOfRole(whole) };
}

export function token(AccessorID: string, parts: Partial<AclToken> = {}): AclToken {
  const whole = { ...zeroStruct(aclTokenSchema), AccessorID, SecretID: `secret-${AccessorID}`, ...parts };
  return { ...whole, Hash: hashOfToken(whole) };
}

export function setPolicies(...Policies: readonly AclPolicy[]): Command {
  return { type: CommandType.aclPolicySet, body: { Policies } };
}

export function deletePolicies(...PolicyIDs: readonly string[]): Command {
  return { type: CommandType.aclPolicyDelete, body: { PolicyIDs } };
}

export function setRoles(...Roles: readonly AclRole[]): Command {
  return { type: CommandType.aclRoleSet, body: { Roles, AllowMissingLinks: false } };
}

export function setTokens(...Tokens: readonly AclToken[]): Command {
  const rules = { CAS: false, AllowMissingLinks: false, ProhibitUnprivileged: false, FromReplication: false };
  return { type: CommandType.aclTokenSet, body: { Tokens, ...rules } };
}

export class TwoDatacenters {
  readonly there = new TestStore();
  readonly here = new TestStore();
  /** Of the replication token. */
  authorizer: Authorizer = authorizerOf(GLOBAL_MANAGEMENT.Rules);
  /** What whoever asks the primary is told; null: its answer. */
  refused: Refusal | null = null;
  /** Of methods and what was asked for, in order. */
  readonly asked: (readonly [method: string, request: unknown])[] = [];
  readonly proposed: Command[] = [];
  failure: ProposeFailure | null = null;

  readonly primary: Primary = {
    datacenter: 'dc1',
    read: async (method, request) => {
      this.asked.push([method.name, request]);
      if (this.refused !== null) return this.refused;
      const prepared = method.prepare(this.there, request, this.authorizer);
      if (isRefusal(prepared)) return prepared;
      const { index, value } = prepared.read();
      const shown = atOnce(shownSteps(prepared, value));
      return { value: shown, index, isFiltered: prepared.sight?.tellsHidden === true };
    },
    ask: async <Request, Reply>(
      method: WriteMethod<Request, Reply> | DirectMethod<Request, Reply>,
      request: Request,
    ): Promise<Reply | Refusal> => {
      this.asked.push([method.name, request]);
      if (this.refused !== null) return this.refused;
      if (!('answer' in method)) return refusal('failed', 'nobody answers that here');
      const nobody = async () => refusal('failed', 'nobody is asked here');
      return method.answer({} as never, request, { token: '', authorizer: this.authorizer }, nobody);
    },
  };

  readonly consensus = {
    propose: async (command: Command): Promise<ProposeOutcome> => {
      this.proposed.push(command);
      if (this.failure !== null) return { ok: false, code: this.failure };
      return { ok: true, result: this.here.run(command), index: this.here.appliedIndex };
    },
  };
}
