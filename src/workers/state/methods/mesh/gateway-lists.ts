// What the UI shows of a gateway: the services behind it with their instances, and the intentions about them.

import type { GatewayServiceRecord } from '../../../../wire/mesh/gateway-service.js';
import type { IntentionRecord } from '../../../../wire/mesh/intentions.js';
import { intentionsOf } from '../../mesh/intentions/from-entry.js';
import { comparePrecedence } from '../../mesh/intentions/precedence.js';
import type { HealthEntry, StoreReads } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';
import { denial, refusal } from '../contract/refusal.js';

/** One port of the gateway, and who is behind it. */
export interface GatewayBackend {
  readonly mapping: GatewayServiceRecord;
  readonly instances: readonly HealthEntry[];
}

const WILDCARD = '*';
const INTENTIONS = 'service-intentions';
const INDEXES = ['gateway-services', 'nodes', 'services', 'checks'] as const;

/** Services and destinations, `*` itself aside. */
function namedMappings({ configEntries }: StoreReads, gateway: string): readonly GatewayServiceRecord[] {
  return configEntries.gatewayServices(gateway).value.filter(({ Service }) => Service.Name !== WILDCARD);
}

export const gatewayServiceDump: ReadMethod<string, readonly GatewayBackend[]> = {
  name: 'Internal.GatewayServiceDump',
  prepare(store, gateway, authorizer) {
    if (gateway === '') return refusal('failed', 'Must provide gateway name');
    const denied = denial(authorizer, 'service:read', gateway);
    if (denied !== null) return denied;
    return {
      // The lists are made for the final answer alone.
      read: () => ({ index: Math.max(...INDEXES.map((key) => store.index(key))), value: [] }),
      watch: () => INDEXES.map((key) => ({ kind: 'index', key })),
      narrow: () =>
        namedMappings(store, gateway)
          .filter(({ Service }) => authorizer.allows('service:read', Service.Name))
          .map((mapping) => ({ mapping, instances: store.catalog.serviceHealth(mapping.Service.Name).value })),
    };
  },
};

/** Of all services behind the gateway, what counts first first. */
export const gatewayIntentions: ReadMethod<string, readonly IntentionRecord[]> = {
  name: 'Internal.GatewayIntentions',
  prepare(store, gateway, authorizer) {
    if (gateway === '') return refusal('failed', 'Must provide gateway name');
    const denied = denial(authorizer, 'service:read', gateway);
    if (denied !== null) return denied;
    return {
      read: () => ({ index: Math.max(store.index('config-entries'), store.index('gateway-services')), value: [] }),
      watch: () => [{ kind: 'index', key: 'gateway-services' }, ...store.targets.configEntries(INTENTIONS)],
      narrow() {
        const names = new Map(namedMappings(store, gateway).map(({ Service: { Name } }) => [Name.toLowerCase(), Name]));
        if (names.size === 0) return [];
        return [...names.values(), WILDCARD]
          .filter((name) => authorizer.allows('intention:read', name))
          .flatMap((name) => {
            const entry = store.configEntries.get(INTENTIONS, name).value;
            return entry === null ? [] : intentionsOf(entry);
          })
          .sort(comparePrecedence);
      },
    };
  },
};
