// Logins, as methods ask for them: only the leader takes them, since it writes the token.

import type { AclToken } from '../../../../wire/acl/records.js';
import type { StringMap } from '../../../../wire/records.js';
import type { Refusal } from './refusal.js';

export interface LoginAttempt {
  readonly authMethod: string;
  /** What the auth method is to verify. Never logged, and not written to the log. */
  readonly bearerToken: string;
  /** Goes into the token's description. */
  readonly meta: StringMap | null;
}

export interface Logins {
  /** The token that the auth method's binding rules make of whoever the bearer token is. */
  logIn(attempt: LoginAttempt): Promise<AclToken | Refusal>;
}
