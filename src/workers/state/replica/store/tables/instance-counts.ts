// How many instances there are of what, kept as they come and go: who asks for the figures must not cost a walk over all of them.

import { SERVER_SERVICE } from '../../../../../wire/leader-registration.js';
import type { ServiceRecord } from '../../../../../wire/records.js';

export class InstanceCounts {
  /** Names that have instances. */
  names = 0;
  /** Without a kind, and not of the servers. */
  billable = 0;
  /** That speak Connect themselves. */
  native = 0;
  /** By kind, "" for typical ones; kinds without any are not in it. */
  readonly ofKind = new Map<string, number>();

  changed(before: ServiceRecord | undefined, after: ServiceRecord | undefined): void {
    if (before !== undefined && after !== undefined && countAlike(before, after)) return;
    if (before !== undefined) this.#count(before, -1);
    if (after !== undefined) this.#count(after, 1);
  }

  #count({ Kind, Service, Connect }: ServiceRecord, by: number): void {
    const count = (this.ofKind.get(Kind) ?? 0) + by;
    if (count === 0) this.ofKind.delete(Kind);
    else this.ofKind.set(Kind, count);
    if (Connect.Native) this.native += by;
    if (Kind === '' && Service !== SERVER_SERVICE) this.billable += by;
  }
}

function countAlike(one: ServiceRecord, other: ServiceRecord): boolean {
  return one.Kind === other.Kind && one.Service === other.Service && one.Connect.Native === other.Connect.Native;
}
