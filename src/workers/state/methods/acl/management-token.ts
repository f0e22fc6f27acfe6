// A token that may do everything: the first one of a cluster, whoever makes it.

import { randomUUID } from 'node:crypto';
import { zeroStruct } from '../../../../msgpack/zero.js';
import { hashOfToken } from '../../../../wire/acl/hashes.js';
import type { AclToken } from '../../../../wire/acl/records.js';
import { goTimeOf } from '../../../../wire/go-time.js';
import { aclTokenSchema } from '../../../../wire/schema/acl.js';
import { GLOBAL_MANAGEMENT } from '../../acl/policies/builtin-policies.js';

export function managementToken(SecretID: string, Description: string): AclToken {
  const token: AclToken = {
    ...zeroStruct(aclTokenSchema),
    AccessorID: randomUUID(),
    SecretID,
    Description,
    Policies: [{ ID: GLOBAL_MANAGEMENT.ID, Name: '' }],
    CreateTime: goTimeOf(Date.now()),
  };
  return { ...token, Hash: hashOfToken(token) };
}
