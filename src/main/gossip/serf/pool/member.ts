// A member as Serf knows it (spec/gossip.md, sections 10 and 11): longer than memberlist's table does, and with the reason
// why it is gone.

import type { Uint64 } from '../../../../wire/uint64.js';
import type { Address } from '../../core/node.js';

export type MemberStatus = 'none' | 'alive' | 'leaving' | 'left' | 'failed';

/** Serf's numbers, as other agents and the API see them. */
export const STATUS_NUMBERS: { readonly [status in MemberStatus]: number } = {
  none: 0,
  alive: 1,
  leaving: 2,
  left: 3,
  failed: 4,
};

export interface SerfMember {
  readonly name: string;
  readonly address: Address;
  /** The tags as on the wire ({@link readTags} takes them apart): most members' are never looked at. */
  readonly meta: Uint8Array;
  /** Protocol and delegate versions as on the wire; null when the member didn't say. */
  readonly versionBytes: Uint8Array | null;
  readonly status: MemberStatus;
  readonly statusLTime: Uint64;
}
