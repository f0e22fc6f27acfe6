// What alias checks of another node ask the catalog: the checks of that node, waiting for a change. On a server the store
// answers; a client agent asks a server.

import type { CheckRecord } from '../../../wire/records.js';
import type { StoreReads } from '../replica/store/read-api.js';
import type { Clock } from './clock.js';

type NodeChecksOutcome =
  | {
      readonly ok: true;
      readonly index: number;
      readonly checks: readonly CheckRecord[];
      /** The IDs of the node's services; null when the catalog does not know the node. */
      readonly serviceIds: ReadonlySet<string> | null;
    }
  | { readonly ok: false; readonly error: string };

export interface NodeChecks {
  /** Resolves when the index is beyond `afterIndex`, or with what there is when `waitMs` is over. `signal` gives up. */
  read(node: string, afterIndex: number, waitMs: number, signal: AbortSignal): Promise<NodeChecksOutcome>;
}

/** On an agent that knows no server. */
export const noServersNodeChecks: NodeChecks = {
  read: () => Promise.resolve({ ok: false, error: 'No known Consul servers' }),
};

export function storeNodeChecks(store: StoreReads, clock: Clock): NodeChecks {
  const current = (node: string): Extract<NodeChecksOutcome, { ok: true }> => {
    const checks = store.catalog.nodeChecks(node);
    const dump = store.catalog.nodeDump(node);
    const serviceIds = dump === null ? null : new Set(dump.services.map(({ ID }) => ID));
    return { ok: true, index: checks.index, checks: checks.value, serviceIds };
  };
  return {
    read: (node, afterIndex, waitMs, signal) =>
      new Promise((resolve) => {
        const first = current(node);
        if (afterIndex === 0 || first.index > afterIndex || signal.aborted) {
          resolve(first);
          return;
        }
        let unwatch: () => void = () => undefined;
        const finish = (): void => {
          unwatch();
          timer.cancel();
          signal.removeEventListener('abort', finish);
          resolve(current(node));
        };
        const watch = (): void => {
          unwatch = store.watches.watch(store.targets.checks(), () => {
            if (current(node).index > afterIndex) finish();
            else watch();
          });
        };
        const timer = clock.after(waitMs, finish);
        signal.addEventListener('abort', finish);
        watch();
      }),
  };
}
