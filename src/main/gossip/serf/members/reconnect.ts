// Tries to reach failed members again (spec/gossip.md, section 16). All members do, each so rarely that together they try
// a failed one about once an interval.

import { below } from '../../../../random/random.js';
import { addressText } from '../../core/node.js';
import type { MemberRecord } from '../pool/members.js';
import type { SerfPool } from '../pool/serf-pool.js';

function nth(members: ReadonlySet<MemberRecord>, index: number): MemberRecord | undefined {
  let passed = 0;
  for (const member of members) {
    if (passed === index) return member;
    passed += 1;
  }
  return undefined;
}

export function reconnect(pool: SerfPool): void {
  const { members, options, out } = pool;
  const { failed, left } = members;
  if (pool.state !== 'alive' || failed.size === 0) return;
  const others = Math.max(1, members.size - failed.size - left.size);
  if (options.random() > failed.size / others) {
    out.log('debug', 'forgoing reconnect for random throttling');
    return;
  }
  const member = nth(failed, below(options.random, failed.size));
  if (member === undefined) return;
  out.log('info', `attempting reconnect to ${member.name} ${addressText(member.address)}`);
  out.stream({ kind: 'pushPull', to: member.address, name: member.name, isJoin: true });
}
