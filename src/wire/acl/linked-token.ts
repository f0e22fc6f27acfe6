// A token with what its links lead to: all that is needed to say what it may do.

import type { AclPolicy, AclRole, AclToken } from './records.js';

/** Links that lead nowhere are left out. */
export interface LinkedToken {
  readonly token: AclToken;
  readonly roles: readonly AclRole[];
  /** Of the token and of its roles. */
  readonly policies: readonly AclPolicy[];
}
