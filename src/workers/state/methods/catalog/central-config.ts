// Reads with `merge-central-config`: the instances of a list with what config entries say of their proxies. The index is that of
// the config entries where it is higher, and a query that waits is woken by the entries that such a configuration is made of.

import type { ServiceRecord } from '../../../../wire/records.js';
import { withCentralConfig } from '../../mesh/central/merge.js';
import { CentralConfig } from '../../mesh/central/service-config.js';
import { GLOBAL } from '../../mesh/chain/entries.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { Steps } from '../../turns/turns.js';
import type { PreparedRead } from '../contract/method.js';
import { LookedAt } from '../mesh/looked-at.js';

/** What a read gives, each of its instances merged. */
type Merge<Value> = (value: Value, store: StoreReads) => Steps<Value>;

/** The read with each instance merged before it is narrowed: a filter sees what is shown. */
export function centrally<Value>(
  store: StoreReads,
  { narrow, narrowInSteps, watchValue: _index, ...plain }: PreparedRead<Value>,
  merge: Merge<Value>,
): PreparedRead<Value> {
  return {
    ...plain,
    read() {
      const { index, value } = plain.read();
      return { index: Math.max(index, store.index('config-entries')), value };
    },
    watch: (result) => [
      ...plain.watch(result),
      ...store.targets.configEntry('proxy-defaults', GLOBAL),
      ...store.targets.configEntries('service-defaults'),
    ],
    *narrowInSteps(value) {
      const merged = yield* merge(value, store);
      if (narrowInSteps !== undefined) return yield* narrowInSteps(merged);
      return narrow === undefined ? merged : narrow(merged);
    },
  };
}

interface Instance {
  readonly service: ServiceRecord;
}

/** Instances of one step: some tenths of a millisecond. */
const PER_STEP = 64;

interface Kept<Item> {
  readonly merged: readonly Item[];
  isCurrent(store: StoreReads): boolean;
}

/** By the store's own list, which is another one as soon as anything in it changes. */
const kept = new WeakMap<readonly Instance[], Kept<Instance>>();

/** The same list for the same list, as long as the entries are the same that it was made of. */
export function* mergedInstances<Item extends Instance>(
  all: readonly Item[],
  store: StoreReads,
): Steps<readonly Item[]> {
  const known = kept.get(all) as Kept<Item> | undefined;
  if (known?.isCurrent(store)) return known.merged;
  const entries = new LookedAt(store);
  const central = new CentralConfig((kind, name) => entries.find(kind, name));
  const merged: Item[] = [];
  for (const item of all) {
    merged.push({ ...item, service: withCentralConfig(item.service, central) });
    if (merged.length % PER_STEP === 0) yield;
  }
  // What changed between two steps shows in the next answer.
  kept.set(all, { merged, isCurrent: (now) => entries.areCurrent(now) });
  return merged;
}

/** Of one node. */
export function* mergedServices(all: readonly ServiceRecord[], store: StoreReads): Steps<readonly ServiceRecord[]> {
  const entries = new LookedAt(store);
  const central = new CentralConfig((kind, name) => entries.find(kind, name));
  const merged: ServiceRecord[] = [];
  for (const service of all) {
    merged.push(withCentralConfig(service, central));
    if (merged.length % PER_STEP === 0) yield;
  }
  return merged;
}
