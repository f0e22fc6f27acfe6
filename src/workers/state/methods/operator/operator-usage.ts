// Operator.Usage: how much the catalog holds, by datacenter.

import type { CatalogUsage } from '../../replica/store/read-api.js';
import type { ReadMethod } from '../contract/method.js';
import { denial } from '../contract/refusal.js';

export type { CatalogUsage } from '../../replica/store/read-api.js';

export interface UsageRequest {
  readonly datacenter: string;
  /** Of all datacenters: the only one that is known here is the own. */
  readonly global: boolean;
}

export type UsageByDatacenter = ReadonlyMap<string, CatalogUsage>;

export const operatorUsage: ReadMethod<UsageRequest, UsageByDatacenter> = {
  name: 'Operator.Usage',
  prepare(store, { datacenter }, authorizer) {
    const denied = denial(authorizer, 'operator:read', '');
    if (denied !== null) return denied;
    return {
      read() {
        const { index, value } = store.catalog.usage();
        return { index, value: new Map([[datacenter, value]]) };
      },
      watch: () => store.targets.usage(),
    };
  },
};
