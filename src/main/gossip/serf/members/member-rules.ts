// What memberlist's news does to Serf's members (spec/gossip.md, section 11). Whether somebody who is gone left or failed
// is decided by the intent that came before, not by memberlist.

import { ipText } from '../../../../gotext/ip.js';
import type { NodeInfo } from '../../core/node.js';
import type { MemberRecord } from '../pool/members.js';
import type { SerfPool } from '../pool/serf-pool.js';
import type { RecentIntents } from './recent-intents.js';

export class MemberRules {
  readonly #pool: SerfPool;
  readonly #recent: RecentIntents;

  constructor(pool: SerfPool, recent: RecentIntents) {
    this.#pool = pool;
    this.#recent = recent;
  }

  joined(node: NodeInfo): void {
    const { members, out } = this.#pool;
    const known = members.get(node.name);
    if (known === undefined && !this.#makeRoom()) {
      out.log('warn', `Ignoring '${node.name}': there are ${members.size} members already`);
      return;
    }
    const member = known ?? this.#introduce(node);
    if (known !== undefined) {
      member.status = 'alive';
      member.leaveMs = 0;
      members.recover(member);
      takeOver(member, node);
    }
    // Its line in the log is made of the event, if at all: a large pool's first state is ten thousand of them at once.
    out.member('join', member);
  }

  #introduce(node: NodeInfo): MemberRecord {
    const { members } = this.#pool;
    const member = members.add(node);
    const intent = this.#recent.get(node.name);
    if (intent !== undefined) {
      members.date(member, intent.lTime);
      if (intent.type === 'leave') member.status = 'leaving';
    }
    return member;
  }

  /** Who has been gone longest makes room for a newcomer. False: nobody is gone. */
  #makeRoom(): boolean {
    const { members, options } = this.#pool;
    if (members.size < options.gossip.mostNodes) return true;
    const gone = members.longestGone;
    if (gone === undefined) return false;
    this.forget(gone, '');
    return true;
  }

  left(node: NodeInfo, nowMs: number): void {
    const { members, out } = this.#pool;
    const member = members.get(node.name);
    if (member === undefined) return;
    if (member.status !== 'leaving' && member.status !== 'alive') {
      out.log('warn', `Bad state when leave: ${member.status}`);
      return;
    }
    const isFailure = member.status === 'alive';
    members.lose(member, isFailure ? 'failed' : 'left');
    member.leaveMs = nowMs;
    out.log('info', `EventMember${isFailure ? 'Failed' : 'Leave'}: ${member.name} ${ipText(member.address.ip)}`);
    out.member(isFailure ? 'failed' : 'leave', member);
  }

  updated(node: NodeInfo): void {
    const { members, out } = this.#pool;
    const member = members.get(node.name);
    if (member === undefined) return;
    takeOver(member, node);
    out.log('info', `EventMemberUpdate: ${member.name}`);
    out.member('update', member);
  }

  /** A failed member is said to have left. When it failed stays: it is forgotten as early as without the news. */
  pronouncedLeft(member: MemberRecord): void {
    const { members, out } = this.#pool;
    members.lose(member, 'left');
    out.log('info', `EventMemberLeave (forced): ${member.name} ${ipText(member.address.ip)}`);
    out.member('leave', member);
  }

  /** `note`: what the log says about it. */
  forget(member: MemberRecord, note: '' | ' (forced)'): void {
    const { members, coordinates, out } = this.#pool;
    members.delete(member);
    coordinates.forget(member.name);
    out.log('info', `EventMemberReap${note}: ${member.name}${note === '' ? '' : ` ${ipText(member.address.ip)}`}`);
    out.member('reap', member);
  }
}

function takeOver(member: MemberRecord, node: NodeInfo): void {
  member.address = node.address;
  member.meta = node.meta;
  member.versionBytes = node.versionBytes;
}
