// Push/pull (spec/gossip.md, section 6): two members exchange all they know. What the other side says of the dead and the
// suspected is only a suspicion here, so that the accused can refute it.

import { type PushPullNode, STATE_ALIVE, STATE_DEAD, STATE_LEFT, STATE_SUSPECT } from '../wire/messages.js';
import type { PushPull } from '../wire/stream-messages.js';
import type { MergeSteps, OwnState } from './machine.js';
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

/** Records described in one go. */
const RECORDS_A_STEP = 500;

function* ownSteps(
  records: readonly NodeRecord[],
  isJoin: boolean,
  userSteps: Generator<void, Uint8Array | null>,
): Generator<void, PushPull> {
  const userState = yield* userSteps;
  const nodes: PushPullNode[] = [];
  for (const record of records) {
    if (nodes.length > 0 && nodes.length % RECORDS_A_STEP === 0) yield;
    nodes.push(described(record));
  }
  return { isJoin, nodes, userState };
}

/** All we know, to be sent: who is known now, each as it is when its step comes. */
export function ownState({ table, hooks }: Pool, isJoin: boolean): OwnState {
  const records = [...table.nodes];
  return { nodeCount: records.length, steps: ownSteps(records, isJoin, hooks.localState(isJoin)) };
}

function mergeNode({ self }: Pool, membership: Membership, node: PushPullNode, isJudged: boolean, nowMs: number): void {
  const { Name, Addr, Port, Meta, Incarnation, Vsn } = node;
  switch (node.State) {
    case STATE_ALIVE:
      membership.alive({ Incarnation, Node: Name, Addr, Port, Meta, Vsn }, nowMs, isJudged);
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

/** Nodes merged in one go by {@link mergeSteps}: 0.2 ms, and a millisecond while the code isn't compiled. */
const NODES_A_STEP = 16;

/** Why nothing of it may be merged, null when it may. */
function* refusal({ table, hooks }: Pool, { nodes, isJoin }: PushPull): Generator<void, string | null> {
  const problem = yield* incompatibility(nodes, [...table.nodes]);
  if (problem !== null || !isJoin) return problem;
  return yield* hooks.refuseMerge(nodes);
}

/** Merges a state if it may be merged. Between the steps other events may be handled. */
export function* mergeSteps(pool: Pool, membership: Membership, remote: PushPull): MergeSteps {
  yield;
  const problem = yield* refusal(pool, remote);
  if (problem !== null) return problem;
  let nowMs = yield;
  let merged = 0;
  for (const node of remote.nodes) {
    if (merged > 0 && merged % NODES_A_STEP === 0) nowMs = yield;
    merged += 1;
    mergeNode(pool, membership, node, remote.isJoin, nowMs);
  }
  const { userState: state, isJoin } = remote;
  if (state !== null) pool.out.event({ kind: 'userState', state, isJoin });
  return null;
}
