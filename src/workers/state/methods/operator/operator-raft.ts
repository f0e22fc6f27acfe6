// Operator.Raft*: who is in the Raft configuration, and changes of it by hand (spec/rpc.md, "Rules of single methods").

import { quote } from '../../../../gotext/quote.js';
import type { Asker } from '../contract/asker.js';
import type { ClusterView } from '../contract/cluster-view.js';
import type { DirectMethod, WriteMethod } from '../contract/method.js';
import { denial, type Refusal, refusal } from '../contract/refusal.js';

export interface RaftServer {
  readonly id: string;
  /** The node's name; `(unknown)` where gossip has none of this ID. */
  readonly node: string;
  readonly address: string;
  readonly isLeader: boolean;
  readonly protocolVersion: string;
  readonly isVoter: boolean;
  readonly lastIndex: number;
}

async function serversOf(cluster: ClusterView): Promise<readonly RaftServer[]> {
  const { peers } = await cluster.configuration();
  const leader = cluster.leaderAddress();
  return peers.map(({ id, address, suffrage }) => {
    const seen = cluster.seen(id);
    return {
      id,
      node: seen?.name ?? '(unknown)',
      address,
      isLeader: address === leader,
      protocolVersion: seen === null ? 'unknown' : String(seen.raftVersion),
      isVoter: suffrage === 'voter',
      lastIndex: cluster.lastIndexOf(id),
    };
  });
}

const NAME = 'Operator.RaftGetConfiguration';

/** As the leader has it. */
export const raftConfiguration: WriteMethod<null, readonly RaftServer[]> = {
  name: NAME,
  isRepeatable: true,
  decide: ({ cluster }, _request, { authorizer }) =>
    denial(authorizer, 'operator:read', '') ?? { reply: serversOf(cluster) },
};

/** As any server has it, whoever leads: what an operator needs when nobody does. */
export const ownRaftConfiguration: DirectMethod<null, readonly RaftServer[]> = {
  name: NAME,
  isRepeatable: true,
  isStale: true,
  answer: ({ cluster }, _request, { authorizer }) => denial(authorizer, 'operator:read', '') ?? serversOf(cluster),
};

type Done = null | Refusal;

async function remove(cluster: ClusterView, key: 'id' | 'address', value: string): Promise<Done> {
  const { peers } = await cluster.configuration();
  const peer = peers.find((one) => one[key] === value);
  if (peer === undefined) return refusal('failed', `${key} ${quote(value)} was not found in the Raft configuration`);
  return done(await cluster.order({ order: 'remove', id: peer.id }));
}

function done(problem: string | null): Done {
  return problem === null ? null : refusal('failed', problem);
}

function removal(name: string, key: 'id' | 'address'): WriteMethod<string, null> {
  return {
    name,
    decide: ({ cluster }, value, { authorizer }: Asker) =>
      denial(authorizer, 'operator:write', '') ?? { reply: remove(cluster, key, value) },
  };
}

export const removePeerById = removal('Operator.RaftRemovePeerByID', 'id');
export const removePeerByAddress = removal('Operator.RaftRemovePeerByAddress', 'address');

async function handOver(cluster: ClusterView, id: string): Promise<Done> {
  if (id !== '') {
    const { peers } = await cluster.configuration();
    const isKnown = peers.some((peer) => peer.id === id);
    if (!isKnown) return refusal('failed', `Could not find address for server id ${id}`);
  }
  return done(await cluster.order({ order: 'transfer', id: id === '' ? null : id }));
}

/** To the server of this ID; "": to the one that holds most. Other servers are asked it by gRPC, under another name. */
export const transferLeader: WriteMethod<string, null> = {
  name: 'Operator.TransferLeader',
  decide: ({ cluster }, id, { authorizer }) =>
    denial(authorizer, 'operator:write', '') ?? { reply: handOver(cluster, id) },
};
