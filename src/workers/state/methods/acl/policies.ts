// ACL.Policy*: reading, listing, writing and deleting policies (texts as recorded).

import { randomUUID } from 'node:crypto';
import { quote } from '../../../../gotext/quote.js';
import { hashOfPolicy } from '../../../../wire/acl/hashes.js';
import type { AclPolicy } from '../../../../wire/acl/records.js';
import { CommandType } from '../../../../wire/commands.js';
import { BUILTIN_POLICY_IDS } from '../../acl/policies/builtin-policies.js';
import { parseRules } from '../../acl/rules/parse.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod, WriteMethod } from '../contract/method.js';
import { toPrimary } from '../contract/primary.js';
import { type Refusal, refusal } from '../contract/refusal.js';
import { aclDenial, byName, idDenial } from './acl-access.js';
import { APPLY_FAILED } from './token-write.js';

/** One of both is "". */
export interface NamedQuery {
  readonly id: string;
  readonly name: string;
}

const NAME = /^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)?$/;
const MAX_NAME_LENGTH = 128;

function failed(text: string): Refusal {
  return refusal('failed', text);
}

export const readPolicy: ReadMethod<NamedQuery, AclPolicy | null> = {
  name: 'ACL.PolicyRead',
  prepare(store, { id, name }, authorizer) {
    const denied = aclDenial(authorizer, 'acl:read') ?? (name === '' ? idDenial('policy', id) : null);
    if (denied !== null) return denied;
    return {
      read: () => (name === '' ? store.acl.aclPolicy(id) : store.acl.aclPolicyByName(name)),
      watch: () => store.targets.aclPolicies(),
      missing: ({ value }) => value === null,
    };
  },
};

export const listPolicies: ReadMethod<null, readonly AclPolicy[]> = {
  name: 'ACL.PolicyList',
  prepare(store, _all, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => store.acl.policies(),
        watch: () => store.targets.aclPolicies(),
        isSame: () => false,
        narrow: byName,
      }
    );
  },
};

/** By ID, those that there are: how another datacenter gets the policies that changed. */
export const batchReadPolicies: ReadMethod<readonly string[], readonly AclPolicy[]> = {
  name: 'ACL.PolicyBatchRead',
  prepare(store, ids, authorizer) {
    return (
      aclDenial(authorizer, 'acl:read') ?? {
        read: () => ({
          index: store.index('acl-policies'),
          value: ids.flatMap((id) => store.acl.aclPolicy(id).value ?? []),
        }),
        watch: () => store.targets.aclPolicies(),
        isSame: () => false,
      }
    );
  },
};

function isNameTaken({ acl }: StoreReads, { ID, Name }: AclPolicy): boolean {
  const named = acl.aclPolicyByName(Name).value;
  return named !== null && named.ID !== ID;
}

function builtinProblem(stored: AclPolicy, policy: AclPolicy): Refusal | null {
  const name = stored.Name;
  if (policy.Rules !== stored.Rules) {
    return failed(`Changing the Rules for the builtin ${name} policy is not permitted`);
  }
  if ((policy.Datacenters?.length ?? 0) > 0) {
    return failed(`Changing the Datacenters of the builtin ${name} policy is not permitted`);
  }
  return policy.Name === name ? null : failed(`Changing the Name of the builtin ${name} policy is not permitted`);
}

function policyProblem(store: StoreReads, policy: AclPolicy): Refusal | null {
  const { ID, Name, Rules } = policy;
  if (Name === '') return failed('Invalid Policy: no Name is set');
  if (!NAME.test(Name) || Name.length > MAX_NAME_LENGTH) {
    const rule = "Only alphanumeric characters, a single '/', '-' and '_' are allowed";
    return failed(`Invalid Policy: invalid Name. ${rule}`);
  }
  if (ID !== '') {
    const problem = idDenial('policy', ID);
    if (problem !== null) return problem;
    const stored = store.acl.aclPolicy(ID).value;
    if (stored === null) return failed(`cannot find policy ${ID}`);
    const builtin = BUILTIN_POLICY_IDS.has(stored.ID) ? builtinProblem(stored, policy) : null;
    if (builtin !== null) return builtin;
  }
  if (isNameTaken(store, policy)) return failed(`Invalid Policy: A Policy with Name ${quote(Name)} already exists`);
  const rules = parseRules(Rules);
  return rules.ok ? null : failed(rules.error);
}

/** Makes one where it has no ID. */
export const setPolicy: WriteMethod<AclPolicy, AclPolicy> = {
  name: 'ACL.PolicySet',
  decide(leader, given, { authorizer }) {
    const { store } = leader;
    const other = aclDenial(authorizer, 'acl:write') ?? toPrimary(leader) ?? policyProblem(store, given);
    if (other !== null) return other;
    const whole: AclPolicy = { ...given, ID: given.ID || randomUUID(), CreateIndex: 0, ModifyIndex: 0 };
    const policy = { ...whole, Hash: hashOfPolicy(whole) };
    return {
      command: { type: CommandType.aclPolicySet, body: { Policies: [policy] } },
      errorPrefix: APPLY_FAILED,
      reply: () => store.acl.aclPolicy(policy.ID).value ?? failed(`cannot find policy ${policy.ID}`),
    };
  },
};

/** Answers the policy's name; "" where there was none. */
export const deletePolicy: WriteMethod<string, string> = {
  name: 'ACL.PolicyDelete',
  decide(leader, id, { authorizer }) {
    const other = aclDenial(authorizer, 'acl:write') ?? toPrimary(leader) ?? idDenial('policy', id);
    if (other !== null) return other;
    const policy = leader.store.acl.aclPolicy(id).value;
    if (policy === null) return { reply: '' };
    if (BUILTIN_POLICY_IDS.has(policy.ID)) {
      return failed(`Delete operation not permitted on the builtin ${policy.Name} policy`);
    }
    return {
      command: { type: CommandType.aclPolicyDelete, body: { PolicyIDs: [policy.ID] } },
      errorPrefix: APPLY_FAILED,
      reply: () => policy.Name,
    };
  },
};
