// Reads of virtual addresses (spec/fsm.md, section 11).

import type { ServiceVirtualIp } from '../../../../wire/records.js';
import type { CurrentTables } from './current-tables.js';
import type { ReadResult, VirtualIpReads } from './read-api.js';
import { joinKey, keyPart } from './tables/table-key.js';

/** Of their whole table, in the index table. */
export const VIRTUAL_IPS_INDEX = 'service-virtual-ips';

export class VirtualIpTableReads implements VirtualIpReads {
  readonly #current: CurrentTables;

  constructor(current: CurrentTables) {
    this.#current = current;
  }

  find(service: string, peer: string): ReadResult<ServiceVirtualIp | null> {
    const { virtualIps, index } = this.#current.tables;
    const value = virtualIps.get(joinKey(keyPart(peer), keyPart(service))) ?? null;
    return { index: index.get(VIRTUAL_IPS_INDEX), value };
  }
}
