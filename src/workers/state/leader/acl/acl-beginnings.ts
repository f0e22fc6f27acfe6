// What of ACLs there must be before anybody asks (spec/raft.md, section 10, step 3): the builtin policies, the token of the
// configuration that may do everything, the anonymous token; and in each leader's time a new token for its servers.

import { randomUUID } from 'node:crypto';
import { zeroStruct } from '../../../../msgpack/zero.js';
import { hashOfPolicy, hashOfToken } from '../../../../wire/acl/hashes.js';
import type { AclToken } from '../../../../wire/acl/records.js';
import { type Command, CommandType } from '../../../../wire/commands.js';
import { goTimeOf } from '../../../../wire/go-time.js';
import { aclPolicySchema, aclTokenSchema } from '../../../../wire/schema/acl.js';
import { ANONYMOUS_ACCESSOR } from '../../acl/denial.js';
import { type BuiltinPolicy, GLOBAL_MANAGEMENT, GLOBAL_READ_ONLY } from '../../acl/policies/builtin-policies.js';
import { managementToken } from '../../methods/acl/management-token.js';
import type { AclReads } from '../../replica/store/read-api.js';

/** The secret of whoever shows none. */
const ANONYMOUS_SECRET = 'anonymous';
/** Of the system metadata. */
const SERVER_TOKEN_KEY = 'server-management-token';

export interface AclBeginnings {
  readonly isPrimary: boolean;
  /** `acl.tokens.initial_management`; "" for none. */
  readonly initialManagementToken: string;
}

function missingPolicy(acl: AclReads, policy: BuiltinPolicy): readonly Command[] {
  const stored = acl.aclPolicy(policy.ID).value;
  if (stored !== null) return [];
  const whole = { ...zeroStruct(aclPolicySchema), ...policy };
  return [{ type: CommandType.aclPolicySet, body: { Policies: [{ ...whole, Hash: hashOfPolicy(whole) }] } }];
}

function setToken(token: AclToken): Command {
  return {
    type: CommandType.aclTokenSet,
    body: {
      Tokens: [token],
      CAS: false,
      AllowMissingLinks: false,
      ProhibitUnprivileged: false,
      FromReplication: false,
    },
  };
}

/** The first token of the cluster where there is none yet; else one more, so that what the configuration says holds. */
function missingManagementToken(acl: AclReads, secret: string): readonly Command[] {
  if (secret === '' || acl.aclToken(secret) !== undefined) return [];
  const Token = managementToken(secret, 'Initial Management Token');
  if (acl.bootstrapIndex !== 0) return [setToken(Token)];
  return [{ type: CommandType.aclBootstrap, body: { ResetIndex: 0, Token } }];
}

function missingAnonymousToken(acl: AclReads): readonly Command[] {
  if (acl.aclTokenByAccessor(ANONYMOUS_ACCESSOR).value !== null) return [];
  const token: AclToken = {
    ...zeroStruct(aclTokenSchema),
    AccessorID: ANONYMOUS_ACCESSOR,
    SecretID: ANONYMOUS_SECRET,
    Description: 'Anonymous Token',
    CreateTime: goTimeOf(Date.now()),
  };
  return [setToken({ ...token, Hash: hashOfToken(token) })];
}

/** In this order: a token links to a policy that must be there. */
export function aclBeginnings(acl: AclReads, { isPrimary, initialManagementToken }: AclBeginnings): readonly Command[] {
  const serverToken: Command = {
    type: CommandType.systemMetadata,
    body: {
      Datacenter: '',
      Token: '',
      Op: 'upsert',
      Entry: { Key: SERVER_TOKEN_KEY, Value: randomUUID(), CreateIndex: 0, ModifyIndex: 0 },
    },
  };
  if (!isPrimary) return [serverToken];
  return [
    ...missingPolicy(acl, GLOBAL_MANAGEMENT),
    ...missingPolicy(acl, GLOBAL_READ_ONLY),
    ...missingManagementToken(acl, initialManagementToken),
    ...missingAnonymousToken(acl),
    serverToken,
  ];
}
