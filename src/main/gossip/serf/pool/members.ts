// All members Serf knows, and the lists of those that failed and that left, in the order in which they did (spec/gossip.md,
// section 11). One object a member; its bytes are those of memberlist's table.

import type { Uint64 } from '../../../../wire/uint64.js';
import type { Address, NodeInfo } from '../../core/node.js';
import type { MemberStatus, SerfMember } from './member.js';

export interface MemberRecord extends SerfMember {
  address: Address;
  meta: Uint8Array;
  versionBytes: Uint8Array | null;
  status: MemberStatus;
  statusLTime: Uint64;
  /** When it failed or left. */
  leaveMs: number;
}

/** A copy that later changes don't reach. */
export function memberInfo(member: SerfMember): SerfMember {
  const { name, address, meta, versionBytes, status, statusLTime } = member;
  return { name, address, meta, versionBytes, status, statusLTime };
}

export class Members {
  readonly failed = new Set<MemberRecord>();
  readonly left = new Set<MemberRecord>();
  readonly #byName = new Map<string, MemberRecord>();
  #revision = 0;

  /** Grows whenever the names, the times of their intents or the list of those that left change. */
  get revision(): number {
    return this.#revision;
  }

  get size(): number {
    return this.#byName.size;
  }

  get(name: string): MemberRecord | undefined {
    return this.#byName.get(name);
  }

  all(): IterableIterator<MemberRecord> {
    return this.#byName.values();
  }

  add(node: NodeInfo): MemberRecord {
    const member: MemberRecord = {
      name: node.name,
      address: node.address,
      meta: node.meta,
      versionBytes: node.versionBytes,
      status: 'alive',
      statusLTime: 0,
      leaveMs: 0,
    };
    this.#byName.set(node.name, member);
    this.#revision += 1;
    return member;
  }

  delete(member: MemberRecord): void {
    this.#byName.delete(member.name);
    this.recover(member);
  }

  /** Takes it off the lists of those that are gone. */
  recover(member: MemberRecord): void {
    this.failed.delete(member);
    this.left.delete(member);
    this.#revision += 1;
  }

  /** It failed, or it left by its own will or because somebody said so. */
  lose(member: MemberRecord, status: 'failed' | 'left'): void {
    member.status = status;
    this.failed.delete(member);
    (status === 'failed' ? this.failed : this.left).add(member);
    this.#revision += 1;
  }

  /** The time of the member's last intent. */
  date(member: MemberRecord, lTime: Uint64): void {
    member.statusLTime = lTime;
    this.#revision += 1;
  }

  /** Who has been gone longest, those that left before those that failed. */
  get longestGone(): MemberRecord | undefined {
    for (const member of this.left) return member;
    for (const member of this.failed) return member;
    return undefined;
  }

  hasOthersAlive(self: string): boolean {
    for (const member of this.#byName.values()) {
      if (member.status === 'alive' && member.name !== self) return true;
    }
    return false;
  }
}
