// ACL.ReplicationStatus: how far this datacenter is with what the primary one has. No server takes tokens over from another
// datacenter, and that is what it says.

import { allowAll } from '../../acl/access.js';
import type { DirectMethod } from '../contract/method.js';
import { ACLS_ARE_OFF } from './acl-access.js';

export interface ReplicationStatus {
  readonly isEnabled: boolean;
}

export const replicationStatus: DirectMethod<null, ReplicationStatus> = {
  name: 'ACL.ReplicationStatus',
  isRepeatable: true,
  answer: (_server, _nothing, { authorizer }) => (authorizer === allowAll ? ACLS_ARE_OFF : { isEnabled: false }),
};
