// What a pool has to tell: to whoever observes it, to the metrics by Serf's and memberlist's names, to the log.

import { ipText } from '../../gotext/ip.js';
import type { Logger } from '../../observe/logger.js';
import type { Labels, Metrics, Series } from '../../observe/metrics.js';
import type { PoolName } from '../../wire/gossip-pools.js';
import type { SerfMember } from '../gossip/serf/pool/member.js';
import type { MemberEventType, SerfEvent } from '../gossip/serf/pool/output.js';

export interface PoolObserver {
  onMembers(type: MemberEventType, members: readonly SerfMember[]): void;
  /** A member may be failing. */
  onSuspected(member: SerfMember): void;
  onUserEvent(event: Extract<SerfEvent, { kind: 'userEvent' }>): void;
  /** Somebody else has our name and the majority is for it. The pool is closed. */
  onQuit(): void;
}

/** Events that want nothing done. */
export type News = Extract<
  SerfEvent,
  { kind: 'members' | 'stayed' | 'suspected' | 'userEvent' | 'query' | 'done' | 'log' }
>;

const MEMBER_METRICS: { readonly [type in MemberEventType]: string } = {
  join: 'serf.member.join',
  leave: 'serf.member.leave',
  failed: 'serf.member.failed',
  update: 'serf.member.update',
  reap: 'serf.member.reap',
};

/** Of a pool's metrics. */
export function poolLabels(pool: PoolName): Labels {
  return [['network', pool]];
}

export interface NewsOptions {
  readonly pool: PoolName;
  readonly observer: PoolObserver;
  readonly metrics: Metrics;
  readonly logs: { readonly [source in 'serf' | 'memberlist']: Logger };
}

export class PoolNews {
  readonly #options: NewsOptions;
  /** Milliseconds. */
  readonly #took: { readonly [what in 'gossip' | 'probeNode']: Series };

  constructor(options: NewsOptions) {
    const { pool, metrics } = options;
    this.#options = options;
    this.#took = {
      gossip: metrics.sample('memberlist.gossip', poolLabels(pool)),
      probeNode: metrics.sample('memberlist.probeNode', poolLabels(pool)),
    };
  }

  tell(news: News): void {
    const { observer, metrics, logs } = this.#options;
    switch (news.kind) {
      case 'members':
        metrics.increment(MEMBER_METRICS[news.type], news.members.length);
        if (news.type === 'join') this.#logJoins(news.members);
        observer.onMembers(news.type, news.members);
        return;
      case 'stayed':
        observer.onMembers('update', [news.member]);
        return;
      case 'suspected':
        observer.onSuspected(news.member);
        return;
      case 'userEvent':
        metrics.increment('serf.events');
        observer.onUserEvent(news);
        return;
      case 'query':
        logs.serf.debug('serf: nobody answers the query', 'name', news.query.name);
        return;
      case 'done':
        this.#took[news.what].add(performance.now() - news.sinceMs);
        return;
      case 'log':
        logs[news.source].log(news.level, news.text);
        return;
    }
  }
  #logJoins(members: readonly SerfMember[]): void {
    const { serf } = this.#options.logs;
    if (!serf.wants('info')) return;
    for (const { name, address } of members) serf.info(`serf: EventMemberJoin: ${name} ${ipText(address.ip)}`);
  }
}
