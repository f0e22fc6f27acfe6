// Internal.EventFire: a user event goes into the LAN pool by way of main; everybody's answer is the event that comes back.

import type { FiredEvent } from '../../../wire/gossip-pools.js';
import { refuseFilters } from '../gossip/events/event-filter.js';
import type { DirectMethod } from './contract/method.js';
import { refusal } from './contract/refusal.js';

export type NewEvent = Omit<FiredEvent, 'version' | 'lTime'>;

/** The event is on its way. */
export interface EventFired {
  /** The server that sent it out knows a leader. */
  readonly hasLeader: boolean;
}

export const fireEvent: DirectMethod<NewEvent, EventFired> = {
  name: 'Internal.EventFire',
  async answer({ control, leaderAddress }, event, { authorizer }) {
    if (!authorizer.allows('event:write', event.name)) return refusal('denied');
    const refused = refuseFilters(event);
    if (refused !== null) return refusal('failed', refused);
    const answer = await control.ask({ op: 'fire-event', event });
    return answer.ok
      ? { hasLeader: leaderAddress() !== '' }
      : refusal('failed', `error broadcasting event: ${answer.error}`);
  },
};
