// A scenario whose agent has ACLs: it doesn't start, and says why.

import type { Waiting } from '../standing.js';

export const ACL_AGENT: Waiting = {
  reason: 'ACLs are not enforced yet, and an agent that is told to enforce them refuses to start',
  refusal: 'acl.enabled is set, but this version does not enforce ACLs: refusing to start open',
};
