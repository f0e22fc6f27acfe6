// Internal.EventFire: a user event goes into the LAN pool by way of main; everybody's answer is the event that comes back.

import type { FiredEvent } from '../../../wire/gossip-pools.js';
import { refuseFilters } from '../gossip/events/event-filter.js';
import type { DirectMethod } from './method.js';
import { refusal } from './refusal.js';

export type NewEvent = Omit<FiredEvent, 'version' | 'lTime'>;

export const fireEvent: DirectMethod<NewEvent, true> = {
  name: 'Internal.EventFire',
  async answer({ control }, event, { authorizer }) {
    if (!authorizer.allows('event:write', event.name)) return refusal('denied');
    const refused = refuseFilters(event);
    if (refused !== null) return refusal('failed', refused);
    const answer = await control.ask({ op: 'fire-event', event });
    return answer.ok ? true : refusal('failed', `error broadcasting event: ${answer.error}`);
  },
};
