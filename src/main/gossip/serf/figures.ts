// Serf's statistics, as other agents name and print them.

import type { SerfPool } from './pool/serf-pool.js';

export function figuresOf({ options, core, clocks, members, broadcasts, coordinates }: SerfPool): {
  [name: string]: string;
} {
  return {
    coordinate_resets: String(coordinates.resets),
    encrypted: String((options.keyring?.primary ?? null) !== null),
    event_queue: String(broadcasts.lengthOf('events')),
    event_time: String(clocks.event.time),
    failed: String(members.failed.size),
    health_score: String(core.healthScore),
    intent_queue: String(broadcasts.lengthOf('intents')),
    left: String(members.left.size),
    member_time: String(clocks.member.time),
    members: String(members.size),
    query_queue: String(broadcasts.lengthOf('queries')),
    query_time: String(clocks.query.time),
  };
}
