// The figures of a gossip pool in `info`, by Serf's names. A pool of one has heard no event and waits for nobody.

import type { StringMap } from '../../wire/records.js';
import type { Member } from '../../wire/state-worker.js';

const LEFT = 3;
const FAILED = 4;

export function poolStats(members: readonly Member[], isEncrypted: boolean): StringMap {
  const inState = (status: number): string => String(members.filter((member) => member.status === status).length);
  return {
    coordinate_resets: '0',
    encrypted: String(isEncrypted),
    event_queue: '0',
    event_time: '1',
    failed: inState(FAILED),
    health_score: '0',
    intent_queue: '0',
    left: inState(LEFT),
    member_time: '1',
    members: String(members.length),
    query_queue: '0',
    query_time: '1',
  };
}
