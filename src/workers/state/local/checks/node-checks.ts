// What alias checks of another node ask the catalog: the checks of that node, waiting for a change.

import type { CheckRecord } from '../../../../wire/records.js';
import { ask } from '../../calls/asked-read.js';
import type { Calls } from '../../calls/calls.js';
import { nodeServices } from '../../methods/catalog/catalog.js';
import { nodeChecks } from '../../methods/catalog/health.js';
import { EVERYTHING } from '../../methods/contract/narrowing.js';
import { isRefusal, type Refusal } from '../../methods/contract/refusal.js';
import { registrationToken, type SyncTokens } from '../sync/sync-requests.js';

export interface NodeChecksAnswer {
  readonly index: number;
  readonly checks: readonly CheckRecord[];
  /** The IDs of the node's services; null when the catalog does not know the node. */
  readonly serviceIds: ReadonlySet<string> | null;
}

export type RegisteredWith = Parameters<typeof registrationToken>[0];

export interface NodeChecks {
  /**
   * Answers when the index is beyond `afterIndex`, or with what there is when `waitMs` is over. `signal` gives up. Asked with the
   * token that the check itself is registered with.
   */
  read(
    node: string,
    check: RegisteredWith,
    afterIndex: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<NodeChecksAnswer | Refusal>;
}

export function catalogNodeChecks(calls: Calls, datacenter: string, tokens: SyncTokens): NodeChecks {
  return {
    async read(node, check, afterIndex, waitMs, signal) {
      const settings = { consistency: 'stale', minIndex: afterIndex, waitMs, maxStaleMs: 0 } as const;
      const caller = { token: registrationToken(check, tokens) };
      const checks = await ask(calls, nodeChecks, { ...EVERYTHING, name: node }, settings, datacenter, caller, signal);
      if (isRefusal(checks)) return checks;
      const atOnce = { ...settings, minIndex: 0 };
      const services = await ask(calls, nodeServices, { ...EVERYTHING, node }, atOnce, datacenter, caller, signal);
      if (isRefusal(services)) return services;
      const serviceIds = services.value === null ? null : new Set(services.value.services.map(({ ID }) => ID));
      return { index: checks.index, checks: checks.value, serviceIds };
    },
  };
}
