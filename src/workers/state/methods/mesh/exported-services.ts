// Internal.ExportedServices: which services other clusters may reach, as the `exported-services` entry says. `*` in it stands for
// every service that is registered; who consumes is told by the peer's name, whether it is peered yet or not.

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import { SERVER_SERVICE } from '../../../../wire/leader-registration.js';
import { exportedServiceFields } from '../../filter/fields.js';
import type { Matcher } from '../../filter/filter.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { ReadMethod } from '../contract/method.js';
import { keepInSteps, matcherOf } from '../contract/narrowing.js';
import { denial, isRefusal } from '../contract/refusal.js';

export interface ExportedService {
  readonly service: string;
  /** Sorted, at least one. */
  readonly peers: readonly string[];
}

const KIND = 'exported-services';
/** There is but one partition. */
const PARTITION = 'default';
const EVERY_SERVICE = '*';
const NOTHING: readonly ExportedService[] = [];
/** Services of one step. */
const PER_STEP = 256;

/** Peers by the name that the entry has for services. */
function peersByName({ configEntries }: StoreReads): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { Name, Consumers } of configEntries.get(KIND, PARTITION).value?.Services ?? []) {
    const peers = (Consumers ?? []).map(({ Peer }) => Peer).filter((peer) => peer !== '');
    if (peers.length > 0) found.set(Name, new Set([...(found.get(Name) ?? []), ...peers]));
  }
  return found;
}

/** Proxies and gateways aren't services by themselves, and servers are nobody's. */
function isService({ catalog }: StoreReads, name: string): boolean {
  return name !== SERVER_SERVICE && catalog.serviceInstances(name).value.some(({ service }) => service.Kind === '');
}

/** As filters name them. */
function filtered({ service, peers }: ExportedService): object {
  return { Service: service, Consumers: { Peers: peers, Partitions: null } };
}

function* resolved(store: StoreReads, matcher: Matcher | null): Steps<readonly ExportedService[]> {
  const named = peersByName(store);
  const toAll = named.get(EVERY_SERVICE);
  const peers = new Map([...named].filter(([name]) => name !== EVERY_SERVICE));
  let looked = 0;
  for (const name of toAll === undefined ? [] : store.catalog.serviceNames(null).value.keys()) {
    if (isService(store, name)) peers.set(name, new Set([...(toAll ?? []), ...(peers.get(name) ?? [])]));
    if (++looked % PER_STEP === 0) yield;
  }
  const all = Array.from(peers, ([service, of]) => ({ service, peers: [...of].sort(compareUtf8) })).sort((a, b) =>
    compareUtf8(a.service, b.service),
  );
  return matcher === null ? all : yield* keepInSteps(all, matcher, (one) => matcher.matches(filtered(one)));
}

export interface ExportedServicesRequest {
  /** An expression of the filter language; "" for none. */
  readonly filter: string;
}

export const exportedServices: ReadMethod<ExportedServicesRequest, readonly ExportedService[]> = {
  name: 'Internal.ExportedServices',
  prepare(store, { filter }, authorizer) {
    const matcher = matcherOf(filter, exportedServiceFields);
    if (isRefusal(matcher)) return matcher;
    const denied = denial(authorizer, 'mesh:read', '');
    if (denied !== null) return denied;
    const isAboutAll = () => peersByName(store).has(EVERY_SERVICE);
    return {
      // The list is made for the final answer alone.
      read: () => ({
        index: Math.max(store.index('config-entries'), isAboutAll() ? store.index('services') : 0),
        value: NOTHING,
      }),
      watch: () => [
        ...store.targets.configEntry(KIND, PARTITION),
        ...(isAboutAll() ? ([{ kind: 'index', key: 'services' }] as const) : []),
      ],
      narrowInSteps: () => resolved(store, matcher),
    };
  },
};
