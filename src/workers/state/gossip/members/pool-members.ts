// A gossip pool's members as this thread knows them: kept by name from the changes that main tells, shown sorted. Ten
// thousand of them cost one flat object each; the sorted list is made when somebody asks, and again only after a change.

import { compareUtf8 } from '../../../../gotext/utf8-order.js';
import type { Member, MemberChanges } from '../../../../wire/gossip-pools.js';

export class PoolMembers {
  readonly #byName = new Map<string, Member>();
  #sorted: readonly Member[] | null = [];

  /** Whatever their status. */
  get size(): number {
    return this.#byName.size;
  }

  find(name: string): Member | undefined {
    return this.#byName.get(name);
  }

  /** By name; stays as it is when members change. */
  get list(): readonly Member[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => compareUtf8(a.name, b.name));
    return this.#sorted;
  }

  apply({ changed, removed }: Pick<MemberChanges, 'changed' | 'removed'>): void {
    for (const member of changed) this.#byName.set(member.name, member);
    for (const name of removed) this.#byName.delete(name);
    this.#sorted = null;
  }
}
