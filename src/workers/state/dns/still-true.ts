// What a kept answer depends on, as a question that costs little: is it still so? Asked only when the store has applied
// something since the last time; a restore drops all answers anyway. Records are immutable, so the same object is the same
// content.

import type { NodeRecord } from '../../../wire/records.js';
import type { ServiceInstance, StoreReads, WatchTarget } from '../replica/store/read-api.js';

export type StillTrue = () => boolean;

/** Depends on the configuration alone. */
export const always: StillTrue = () => true;

/**
 * A service's index is kept under its name as registered, and names that differ in case answer together: a new spelling
 * is only seen by looking again, which an answer does this often while services come and go.
 */
const SPELLING_CHECK_MS = 1000;

export function sameNode(store: StoreReads, name: string, found: NodeRecord | undefined): StillTrue {
  return () => store.catalog.node(name) === found;
}

export function sameReverse(
  store: StoreReads,
  address: string,
  node: NodeRecord | undefined,
  instance: ServiceInstance | undefined,
): StillTrue {
  return () => {
    const now = store.catalog.byAddress(address);
    return now.node === node && now.instance?.service === instance?.service;
  };
}

function indexOf(store: StoreReads, targets: readonly WatchTarget[]): number {
  let highest = 0;
  for (const target of targets) if (target.kind === 'index') highest = Math.max(highest, store.index(target.key));
  return highest;
}

/**
 * The health of a service: `names` are the spellings its instances have. The index of a service that lost all its
 * instances disappears, so that any difference counts, not only a higher index.
 */
export function sameService(store: StoreReads, service: string, names: ReadonlySet<string>): StillTrue {
  const isFound = names.size > 0;
  const targets = [...(isFound ? names : [service])].map((name) => store.targets.serviceHealth(name, isFound));
  const indexes = targets.map((list) => indexOf(store, list));
  const catalog = store.targets.serviceNames(false);
  const catalogIndex = indexOf(store, catalog);
  const madeAt = Date.now();
  return () => {
    for (const [at, list] of targets.entries()) if (indexOf(store, list) !== indexes[at]) return false;
    if (indexOf(store, catalog) === catalogIndex) return true;
    return isFound && Date.now() - madeAt < SPELLING_CHECK_MS;
  };
}
