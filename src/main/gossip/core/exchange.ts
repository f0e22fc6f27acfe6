// Push/pull (spec/gossip.md, section 6): two members exchange all they know. What the other side says of the dead and the
// suspected is only a suspicion here, so that the accused can refute it.

import { type PushPullNode, STATE_ALIVE, STATE_DEAD, STATE_LEFT, STATE_SUSPECT } from '../wire/messages.js';
import type { PushPull } from '../wire/stream-messages.js';
import type { Membership } from './membership.js';
import type { NodeRecord, NodeState } from './node.js';
import type { Pool } from './pool.js';
import { incompatibility } from './versions.js';

const STATES: { readonly [state in NodeState]: number } = {
  alive: STATE_ALIVE,
  suspect: STATE_SUSPECT,
  dead: STATE_DEAD,
  left: STATE_LEFT,
};

function described(node: NodeRecord): PushPullNode {
  return {
    Name: node.name,
    Addr: node.address.ip,
    Port: node.address.port,
    Meta: node.meta.length === 0 ? null : node.meta,
    Incarnation: node.incarnation,
    State: STATES[node.state],
    Vsn: node.versionBytes,
  };
}

/** All we know, to be sent. */
export function localState({ table, hooks }: Pool, isJoin: boolean): PushPull {
  return { isJoin, nodes: table.nodes.map(described), userState: hooks.localState(isJoin) };
}

function mergeNode({ self }: Pool, membership: Membership, node: PushPullNode, nowMs: number): void {
  const { Name, Addr, Port, Meta, Incarnation, Vsn } = node;
  switch (node.State) {
    case STATE_ALIVE:
      membership.alive({ Incarnation, Node: Name, Addr, Port, Meta, Vsn }, nowMs);
      break;
    case STATE_LEFT:
      membership.dead({ Incarnation, Node: Name, From: Name }, nowMs);
      break;
    case STATE_DEAD:
    case STATE_SUSPECT:
      membership.suspect({ Incarnation, Node: Name, From: self.name }, nowMs);
      break;
    default:
      break;
  }
}

/** Nodes merged in one go by {@link mergeSteps}: a millisecond or two. */
const NODES_A_STEP = 250;

/** Why nothing of it may be merged, null when it may. */
export function refuseMerge({ table, hooks }: Pool, remote: PushPull): string | null {
  return incompatibility(remote.nodes, table.nodes) ?? (remote.isJoin ? hooks.refuseMerge(remote.nodes) : null);
}

/**
 * Merges a state that {@link refuseMerge} let pass, some hundred nodes with each step: between them other events may
 * be handled, at the time that is given then.
 */
export function* mergeSteps(pool: Pool, membership: Membership, remote: PushPull): Generator<void, void, number> {
  let nowMs = yield;
  for (const [i, node] of remote.nodes.entries()) {
    if (i > 0 && i % NODES_A_STEP === 0) nowMs = yield;
    mergeNode(pool, membership, node, nowMs);
  }
  const { userState: state, isJoin } = remote;
  if (state !== null) pool.out.event({ kind: 'userState', state, isJoin });
}
