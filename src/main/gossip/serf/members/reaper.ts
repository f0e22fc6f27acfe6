// Forgets members that have been gone for long (spec/gossip.md, section 16).

import { parseDuration } from '../../../../gotext/duration.js';
import { readTags } from '../../../../msgpack/tags.js';
import type { MemberRecord } from '../pool/members.js';
import type { SerfPool } from '../pool/serf-pool.js';
import type { MemberRules } from './member-rules.js';
import type { RecentIntents } from './recent-intents.js';

/** A member's own say in how long it is missed. */
const TIMEOUT_TAG = 'rc_tm';
const NS_A_MILLISECOND = 1e6;

/** Only the few members that have the tag are worth taking their tags apart. */
function timeoutMs(member: MemberRecord, otherwiseMs: number): number {
  if (!Buffer.from(member.meta.buffer, member.meta.byteOffset, member.meta.length).includes(TIMEOUT_TAG)) {
    return otherwiseMs;
  }
  const text = readTags(member.meta).get(TIMEOUT_TAG) ?? '';
  const parsed = parseDuration(text);
  return parsed.ok ? parsed.ns / NS_A_MILLISECOND : otherwiseMs;
}

export function reap(
  { pool, rules, recent }: { readonly pool: SerfPool; readonly rules: MemberRules; readonly recent: RecentIntents },
  nowMs: number,
): void {
  const { members, options } = pool;
  const { reconnectTimeoutMs, tombstoneTimeoutMs, recentIntentTimeoutMs } = options.serf;
  const sweep = (gone: ReadonlySet<MemberRecord>, afterMs: number): void => {
    for (const member of gone) {
      if (nowMs - member.leaveMs > timeoutMs(member, afterMs)) rules.forget(member, '');
    }
  };
  sweep(members.failed, reconnectTimeoutMs);
  sweep(members.left, tombstoneTimeoutMs);
  recent.expire(nowMs - recentIntentTimeoutMs);
}
