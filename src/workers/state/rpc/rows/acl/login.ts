// The rows of ACL.Login and ACL.Logout.

import { objectOf } from '../../../../../msgpack/collections.js';
import { bool, text } from '../../../../../msgpack/kinds.js';
import { recordKind } from '../../../../../msgpack/record-kinds.js';
import { struct } from '../../../../../msgpack/struct.js';
import type { AclToken } from '../../../../../wire/acl/records.js';
import type { StringMap } from '../../../../../wire/records.js';
import { aclTokenSchema } from '../../../../../wire/schema/acl.js';
import { logIn, logOut } from '../../../methods/acl/login.js';
import type { LoginAttempt } from '../../../methods/contract/logins.js';
import type { Row, WriteOptions, WriteRow } from '../row.js';

interface Attempt {
  readonly AuthMethod: string;
  readonly BearerToken: string;
  readonly Meta: StringMap | null;
}

interface LoginArguments extends WriteOptions {
  readonly Auth: Attempt;
}

const attempt = struct<Attempt>({ AuthMethod: text, BearerToken: text, Meta: objectOf(text) });

const login: WriteRow<LoginArguments, AclToken, LoginAttempt, AclToken> = {
  kind: 'write',
  method: logIn,
  arguments: struct<LoginArguments>({ Auth: attempt, Datacenter: text, Token: text }),
  reply: recordKind(aclTokenSchema),
  request: ({ Auth: { AuthMethod, BearerToken, Meta } }) => ({
    authMethod: AuthMethod,
    bearerToken: BearerToken,
    meta: Meta,
  }),
  ask: ({ authMethod, bearerToken, meta }, { Datacenter, Token }) => ({
    Auth: { AuthMethod: authMethod, BearerToken: bearerToken, Meta: meta },
    Datacenter,
    Token,
  }),
  show: (token) => token,
  value: (token) => token,
};

const logout: WriteRow<WriteOptions, boolean, null, true> = {
  kind: 'write',
  method: logOut,
  arguments: struct<WriteOptions>({ Datacenter: text, Token: text }),
  reply: bool,
  request: () => null,
  ask: (_request, { Datacenter, Token }) => ({ Datacenter, Token }),
  show: () => true,
  value: () => true,
};

export const loginRows: readonly Row[] = [login, logout];
