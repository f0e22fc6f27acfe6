// The groups of figures in /v1/agent/self and `info` that the agent's parts count: its place in the cluster, Raft, and the gossip
// pools by Serf's names.

import { isServer } from '../../../wire/gossip/member-tags.js';
import { MEMBER_STATUS } from '../../../wire/gossip-pools.js';
import { Role } from '../../../wire/raft/leadership.js';
import type { StringMap } from '../../../wire/records.js';
import type { AgentControl } from '../control/control-client.js';
import type { Stats } from '../endpoints/agent/identity.js';
import type { GossipView } from '../gossip/gossip-view.js';
import { serversByDatacenter } from '../gossip/members/wan-datacenters.js';
import type { Replica } from '../replica/replica.js';
import type { Parts } from './parts.js';
import type { KnownLeader } from './server/known-leader.js';

/** Longer than a thread that works is ever held up, and short enough for who asks what is wrong. */
const ANSWER_WITHIN_MS = 5_000;
const NO_ANSWER: StringMap = { error: `no answer within ${ANSWER_WITHIN_MS / 1000}s` };
const NO_POOLS: Stats = { serf_lan: NO_ANSWER };

export async function clientStats(control: AgentControl, { lan }: Pick<GossipView, 'lan'>): Promise<Stats> {
  const pools = await answered(poolStats(control), NO_POOLS);
  const servers = lan.list.filter((member) => member.status === MEMBER_STATUS.alive && isServer(member));
  return { consul: { acl: 'disabled', known_servers: String(servers.length), server: 'false' }, ...pools };
}

export async function serverStats(
  { settings, control, gossip }: Pick<Parts, 'settings' | 'control' | 'gossip'>,
  consensus: Replica['consensus'],
  leader: KnownLeader,
): Promise<Stats> {
  const [pools, raft] = await Promise.all([
    answered(poolStats(control), NO_POOLS),
    answered(consensus.stats(), NO_ANSWER),
  ]);
  const consul = {
    acl: 'disabled',
    bootstrap: String(settings.current.bootstrap),
    known_datacenters: String(Math.max(1, serversByDatacenter(gossip.wan.list).size)),
    leader: String(consensus.leadership.role === Role.leader),
    leader_addr: leader.address,
    server: 'true',
  };
  return { consul, raft, ...pools };
}

/** Another thread's answer, or `otherwise` when it is stuck: what is known without it is told all the same. */
async function answered<T>(answer: Promise<T>, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((resolve) => {
    timer = setTimeout(resolve, ANSWER_WITHIN_MS, otherwise);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Main doesn't answer only when it is about to end: then there are no pools to show. */
async function poolStats(control: AgentControl): Promise<Stats> {
  const answer = await control.ask({ op: 'pool-figures' });
  if (!answer.ok) return {};
  const { lan, wan } = answer.result;
  return wan === null ? { serf_lan: lan } : { serf_lan: lan, serf_wan: wan };
}
