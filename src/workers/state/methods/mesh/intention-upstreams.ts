// Internal.IntentionUpstreams and IntentionUpstreamsDestination: whom a service may call as intentions have it, whoever is
// registered as its upstream. Agents of other programs ask for it for transparent proxies.

import type { StoreReads, WatchTarget } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';
import { keepInSteps } from '../contract/narrowing.js';
import { denial, refusal } from '../contract/refusal.js';
import { sightOf } from '../contract/sight.js';
import { DecidingIntentions, isUsable } from './deciding-intentions.js';

export interface UpstreamsQuestion {
  readonly service: string;
  /** As the server that is asked has it. */
  readonly isAllowedByDefault: boolean;
}

const DEFAULTS = 'service-defaults';
const NO_NAMES: readonly string[] = [];
/** What it costs to decide about a name, in tests of a filter. */
const PER_NAME = { size: 32 };

function upstreams(
  name: string,
  namesIn: (store: StoreReads) => readonly string[],
  indexes: readonly string[],
): ReadMethod<UpstreamsQuestion, readonly string[]> {
  return {
    name,
    prepare(store, { service, isAllowedByDefault }, authorizer) {
      if (service === '') return refusal('failed', 'Must provide a service name');
      const denied = denial(authorizer, 'service:read', service);
      if (denied !== null) return denied;
      const sight = sightOf(authorizer, 'service:read');
      const own = service.toLowerCase();
      return {
        // The names are gone through for the final answer alone.
        read: () => ({ index: Math.max(...indexes.map((key) => store.index(key))), value: NO_NAMES }),
        watch: () => indexes.map((key): WatchTarget => ({ kind: 'index', key })),
        *narrowInSteps() {
          const deciding = new DecidingIntentions(store);
          const reachable = yield* keepInSteps(namesIn(store), PER_NAME, (other) => {
            return other.toLowerCase() !== own && isUsable(deciding.of(service, other), isAllowedByDefault);
          });
          return sight === null ? reachable : yield* sight.keep(reachable, (other) => sight.service(other));
        },
        ...(sight === null ? {} : { sight }),
      };
    },
  };
}

export const intentionUpstreams = upstreams('Internal.IntentionUpstreams', ({ catalog }) => catalog.connectNames(), [
  'config-entries',
  'mesh-topology',
  'services',
]);

/** Names of what stands for something outside the mesh. */
export const intentionUpstreamsDestination = upstreams(
  'Internal.IntentionUpstreamsDestination',
  ({ configEntries }) =>
    configEntries
      .list(DEFAULTS)
      .value.filter(({ Destination }) => Destination !== null)
      .map(({ Name }) => Name),
  ['config-entries'],
);
