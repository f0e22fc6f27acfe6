// The groups of figures in /v1/agent/self and `info` that the agent's parts count: its place in the cluster, Raft, and the gossip
// pools by Serf's names.

import type { RuntimeConfig } from '../../wire/config.js';
import { MEMBER_STATUS } from '../../wire/gossip-pools.js';
import { Role } from '../../wire/leadership.js';
import { isServer } from '../../wire/member-tags.js';
import type { StringMap } from '../../wire/records.js';
import type { AgentControl } from './control/control-client.js';
import type { Stats } from './endpoints/agent/identity.js';
import type { GossipView } from './gossip/gossip-view.js';
import { serversByDatacenter } from './gossip/members/wan-datacenters.js';
import type { Replica } from './replica/replica.js';

export interface AgentStatsDependencies {
  readonly config: () => RuntimeConfig;
  readonly control: AgentControl;
  readonly gossip: Pick<GossipView, 'lan' | 'wan'>;
  readonly server: () => Replica | null;
  /** `host:port`; "" when no leader is known. */
  readonly leaderAddress: () => string;
}

export async function agentStats(dependencies: AgentStatsDependencies): Promise<Stats> {
  const { config, control, gossip, leaderAddress } = dependencies;
  const server = dependencies.server();
  const pools = await poolStats(control);
  if (!server) {
    const servers = gossip.lan.list.filter((member) => member.status === MEMBER_STATUS.alive && isServer(member));
    return { consul: { acl: 'disabled', known_servers: String(servers.length), server: 'false' }, ...pools };
  }
  const consul: StringMap = {
    acl: 'disabled',
    bootstrap: String(config().bootstrap),
    known_datacenters: String(Math.max(1, serversByDatacenter(gossip.wan.list).size)),
    leader: String(server.consensus.leadership.role === Role.leader),
    leader_addr: leaderAddress(),
    server: 'true',
  };
  return { consul, raft: await server.consensus.stats(), ...pools };
}

/** Main doesn't answer only when it is about to end: then there are no pools to show. */
async function poolStats(control: AgentControl): Promise<Stats> {
  const answer = await control.ask({ op: 'pool-figures' });
  if (!answer.ok) return {};
  const { lan, wan } = answer.result;
  return wan === null ? { serf_lan: lan } : { serf_lan: lan, serf_wan: wan };
}
