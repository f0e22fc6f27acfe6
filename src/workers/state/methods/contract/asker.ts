// Who asks a server for a write.

import type { Authorizer } from '../../acl/access.js';

/** Who asks. The token goes into the log with a write, as stock has it. */
export interface Asker {
  /** The secret; "" = anonymous. Never logged. */
  readonly token: string;
  readonly authorizer: Authorizer;
}
