// How much this server's catalog holds and how large its pool is, as gauges every nine seconds, and whether it leads
// (spec/agent.md section 6, "usage"). Every server tells it of its own replica.

import type { Metrics } from '../../../../observe/metrics.js';
import { ENTRY_KINDS } from '../../../../wire/config-entries/entries.js';
import { isServer } from '../../../../wire/gossip/member-tags.js';
import { MEMBER_STATUS, type Member } from '../../../../wire/gossip-pools.js';
import type { StoreReads } from '../../replica/store/read-api.js';
import type { KnownLeader } from './known-leader.js';

const PERIOD_MS = 9_000;

export interface UsageGaugesOptions {
  readonly datacenter: string;
  readonly store: Pick<StoreReads, 'catalog' | 'kv' | 'configEntries'>;
  /** Of the LAN pool. */
  readonly members: () => readonly Member[];
  readonly leader: Pick<KnownLeader, 'listen'>;
  readonly metrics: Metrics;
}

/** Tells now and every period; the result ends it. */
export function reportUsage(options: UsageGaugesOptions): () => void {
  const { leader, metrics } = options;
  const tellLeading = (leads: boolean): void => metrics.gauge('server.isLeader', leads ? 1 : 0);
  tellLeading(false);
  leader.listen({ leads: () => tellLeading(true), follows: () => tellLeading(false) });
  tellUsage(options);
  const timer = setInterval(() => tellUsage(options), PERIOD_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function tellUsage({ datacenter, store, members, metrics }: UsageGaugesOptions): void {
  const tell = (name: string, value: number, ...more: readonly [string, string][]): void =>
    metrics.gauge(name, value, [['datacenter', datacenter], ...more]);
  const { nodes, services, instances, billable, connect } = store.catalog.usage().value;
  tell('state.nodes', nodes);
  tell('state.services', services);
  tell('state.service_instances', instances);
  tell('state.billable_service_instances', billable);
  for (const [kind, count] of connect) tell('state.connect_instances', count, ['kind', kind]);
  for (const kind of ENTRY_KINDS)
    tell('state.config_entries', store.configEntries.list(kind).value.length, ['kind', kind]);
  tell('state.kv_entries', store.kv.count);
  // There is no peering.
  tell('state.peerings', 0);
  let servers = 0;
  let clients = 0;
  for (const member of members()) {
    if (member.status !== MEMBER_STATUS.alive) continue;
    if (isServer(member)) servers += 1;
    else clients += 1;
  }
  tell('members.servers', servers);
  tell('members.clients', clients);
}
