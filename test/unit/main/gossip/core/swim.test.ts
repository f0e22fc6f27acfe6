// The recorded rules, step by step, on one node.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeSteps } from '../../../../../src/main/gossip/core/exchange.js';
import { addressText } from '../../../../../src/main/gossip/core/node.js';
import type { GossipEvent } from '../../../../../src/main/gossip/core/output.js';
import type { PushPullNode } from '../../../../../src/main/gossip/wire/messages.js';
import { readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import { fromHex, readVectors, toHex } from '../vectors.js';
import { poolOf } from './rig.js';

interface Step {
  readonly hex?: string;
  readonly pushPull?: readonly PushPullNode[];
  readonly waitMs?: number;
  readonly note?: string;
  readonly call?: string;
  readonly events: readonly string[];
  readonly broadcasts: readonly { readonly hex: string }[];
  readonly nodes: {
    readonly [name: string]: { addr: string; incarnation: number; meta: string; state: string };
  };
}
interface SwimCase {
  readonly name: string;
  readonly deadNodeReclaimMs: number;
  readonly steps: readonly Step[];
}

function described(event: GossipEvent): string[] {
  switch (event.kind) {
    case 'join':
    case 'update':
    case 'leave':
      return [`${event.kind} ${event.node.name}`];
    case 'conflict': {
      const { existing, other } = event;
      return [`conflict ${other.name} mine ${addressText(existing.address)} theirs ${addressText(other.address)}`];
    }
    default:
      return [];
  }
}

const { cases } = readVectors<SwimCase>('swim');
assert.ok(cases.length >= 15);

for (const { name, deadNodeReclaimMs, steps } of cases) {
  test(name, () => {
    const pool = poolOf({ deadNodeReclaimMs });
    const { membership } = pool;
    let nowMs = 1000;
    assert.equal(membership.announce(new Uint8Array(0), nowMs), true);
    pool.out.take();
    for (const [i, step] of steps.entries()) {
      nowMs += step.waitMs ?? 1;
      const where = `step ${i}, ${step.note ?? ''}`;
      if (step.pushPull !== undefined) {
        const remote = { isJoin: false, nodes: step.pushPull, userState: null };
        const merging = mergeSteps(pool, membership, remote);
        while (merging.next(nowMs).done !== true);
      } else {
        const [message] = readMessages(fromHex(step.hex ?? '')).messages;
        assert.ok(message !== undefined, where);
        if (message.type === 'alive') membership.alive(message.body, nowMs);
        else if (message.type === 'suspect') membership.suspect(message.body, nowMs);
        else if (message.type === 'dead') membership.dead(message.body, nowMs);
        else assert.fail(`${where}: ${message.type}`);
      }
      assert.deepEqual(pool.out.take().events.flatMap(described), step.events, where);
      const spread = pool.broadcasts.take(2, Number.POSITIVE_INFINITY, 1).map(toHex);
      assert.deepEqual(spread.sort(), step.broadcasts.map(({ hex }) => hex).sort(), where);
      const table = Object.fromEntries(
        pool.table.nodes.map((node) => [
          node.name,
          {
            addr: addressText(node.address),
            incarnation: node.incarnation,
            meta: toHex(node.meta),
            state: node.state,
          },
        ]),
      );
      assert.deepEqual(table, step.nodes, where);
    }
  });
}
