// The groups of figures in /v1/agent/self and `info` that the agent's parts count: its place in the cluster, Raft, and the gossip
// pools by Serf's names.

import { MEMBER_STATUS } from '../../wire/gossip-pools.js';
import { Role } from '../../wire/leadership.js';
import type { AgentControl } from './control/control-client.js';
import type { Stats } from './endpoints/agent/identity.js';
import type { GossipView } from './gossip/gossip-view.js';
import { isServer } from './gossip/members/member-tags.js';
import { serversByDatacenter } from './gossip/members/wan-datacenters.js';
import type { KnownLeader } from './known-leader.js';
import type { Parts } from './parts.js';
import type { Replica } from './replica/replica.js';

export async function clientStats(control: AgentControl, { lan }: Pick<GossipView, 'lan'>): Promise<Stats> {
  const pools = await poolStats(control);
  const servers = lan.list.filter((member) => member.status === MEMBER_STATUS.alive && isServer(member));
  return { consul: { acl: 'disabled', known_servers: String(servers.length), server: 'false' }, ...pools };
}

export async function serverStats(
  { settings, control, gossip }: Pick<Parts, 'settings' | 'control' | 'gossip'>,
  consensus: Replica['consensus'],
  leader: KnownLeader,
): Promise<Stats> {
  const pools = await poolStats(control);
  const consul = {
    acl: 'disabled',
    bootstrap: String(settings.current.bootstrap),
    known_datacenters: String(Math.max(1, serversByDatacenter(gossip.wan.list).size)),
    leader: String(consensus.leadership.role === Role.leader),
    leader_addr: leader.address,
    server: 'true',
  };
  return { consul, raft: await consensus.stats(), ...pools };
}

/** Main doesn't answer only when it is about to end: then there are no pools to show. */
async function poolStats(control: AgentControl): Promise<Stats> {
  const answer = await control.ask({ op: 'pool-figures' });
  if (!answer.ok) return {};
  const { lan, wan } = answer.result;
  return wan === null ? { serf_lan: lan } : { serf_lan: lan, serf_wan: wan };
}
