// ACL.ReplicationStatus: how far this datacenter is with what the primary one has. Only the leader knows, since it does it.

import type { WriteMethod } from '../contract/method.js';
import type { ReplicationStatus } from '../contract/replication-status.js';
import { ACLS_ARE_OFF } from './acl-access.js';

export const replicationStatus: WriteMethod<null, ReplicationStatus> = {
  name: 'ACL.ReplicationStatus',
  isRepeatable: true,
  isOpen: true,
  decide: ({ hasAcls, replication }) => (hasAcls ? { reply: replication() } : ACLS_ARE_OFF),
};
