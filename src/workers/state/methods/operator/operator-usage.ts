// Operator.Usage: how much the catalog holds, by datacenter.

import type { CatalogUsage } from '../../replica/store/read-api.js';
import type { OtherDatacenters, ReadMethod } from '../contract/method.js';
import { denial, isRefusal } from '../contract/refusal.js';

export type { CatalogUsage } from '../../replica/store/read-api.js';

export interface UsageRequest {
  readonly datacenter: string;
  /** Of all datacenters. */
  readonly global: boolean;
}

export type UsageByDatacenter = ReadonlyMap<string, CatalogUsage>;

/** Each tells of itself alone; who can't be asked is left out. */
async function withOthers(own: UsageByDatacenter, others: OtherDatacenters): Promise<UsageByDatacenter> {
  const told = await Promise.all(
    others.known().map((datacenter) => others.ask(operatorUsage, { datacenter, global: false }, datacenter)),
  );
  return new Map([...own, ...told.flatMap((usage) => (isRefusal(usage) ? [] : [...usage]))]);
}

export const operatorUsage: ReadMethod<UsageRequest, UsageByDatacenter> = {
  name: 'Operator.Usage',
  prepare(store, { datacenter, global }, authorizer) {
    const denied = denial(authorizer, 'operator:read', '');
    if (denied !== null) return denied;
    return {
      read() {
        const { index, value } = store.catalog.usage();
        return { index, value: new Map([[datacenter, value]]) };
      },
      watch: () => store.targets.usage(),
      keepsIndex: true,
      elsewhere: (own, others) => (global && others.known().length > 0 ? withOthers(own, others) : null),
    };
  },
};
