// What a server does beside leaving the pools, against a cluster that answers as the test says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RaftOrder, RaftPeer } from '../../../src/wire/raft/raft-orders.js';
import { LeaveSteps } from '../../../src/workers/state/assembly/leave-steps.js';

function peers(...names: readonly string[]): readonly RaftPeer[] {
  return names.map((name) => ({
    id: name.replace('?', ''),
    address: `${name}:8300`,
    suffrage: name.endsWith('?') ? 'nonvoter' : 'voter',
  }));
}

/** `seen`: what others say of the configuration, call by call; the last answer stays. */
function leaving(
  all: readonly RaftPeer[],
  { leads = true, problem = null as string | null, seen = [all] as readonly (readonly RaftPeer[] | null)[] } = {},
) {
  const orders: RaftOrder[] = [];
  const warnings: string[] = [];
  const asked: string[] = [];
  const steps = new LeaveSteps();
  steps.setServer({
    cluster: {
      configuration: async () => ({ index: 1, peers: all }),
      order: async (order) => {
        orders.push(order);
        return problem;
      },
    },
    questions: {
      peers: async (address) => {
        asked.push(address);
        return seen[Math.min(asked.length, seen.length) - 1]?.map((peer) => peer.address) ?? null;
      },
    },
    nodeId: 'a',
    leads: () => leads,
    warn: (text) => warnings.push(text),
  });
  return { steps, orders, warnings, asked };
}

test('a leader hands over; who leads nobody else, or not at all, goes as it is', async () => {
  const leader = leaving(peers('a', 'b', 'c?'));
  await leader.steps.carryOut('hand-over');
  assert.deepEqual(leader.orders, [{ order: 'transfer', id: null }]);
  for (const other of [leaving(peers('a', 'b?')), leaving(peers('a')), leaving(peers('a', 'b'), { leads: false })]) {
    await other.steps.carryOut('hand-over');
    assert.deepEqual(other.orders, []);
  }
});

test('a hand-over that fails is said, and holds nobody up', async () => {
  const { steps, warnings } = leaving(peers('a', 'b'), { problem: 'nobody took it' });
  await steps.carryOut('hand-over');
  assert.deepEqual(warnings, ['nobody took it']);
});

test('who left waits until another server says that it was removed, whoever leads', async () => {
  const all = peers('a', 'b', 'c');
  // One that doesn't answer and one that begins anew say nothing.
  const { steps, asked } = leaving(all, { seen: [all, null, [], all, peers('b', 'c')] });
  await steps.carryOut('be-removed');
  assert.deepEqual(asked, ['b:8300', 'c:8300', 'b:8300', 'c:8300', 'b:8300']);
});

test('nobody could remove who is alone, and nobody needs to remove who knows of it', async () => {
  for (const seen of [peers('a'), peers('b', 'c')]) {
    const { steps, asked } = leaving(seen);
    await steps.carryOut('be-removed');
    assert.deepEqual(asked, []);
  }
});

test('a client agent has nothing to do', async () => {
  await new LeaveSteps().carryOut('hand-over');
});
