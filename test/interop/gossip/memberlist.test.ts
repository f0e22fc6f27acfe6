// lictor's core of memberlist against the stock library without delegates: membership alone, in the open, encrypted and
// with a label.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import type { ProcessPeer } from './node-process.js';
import { lictorNodes, skipWithout, stockNodes } from './programs.js';
import { FAST, MACHINE_MS, type Started, type StartOptions, seen, statusOf, TestPool, together } from './test-pool.js';

/** The shortest, which it is with three nodes. */
const SUSPICION_MS = FAST.suspicionMult * FAST.probeIntervalMs;
const TEST_DEADLINE_MS = 240_000;
const skip = skipWithout('go');
const stock = stockNodes(skip);
const options = { skip, timeout: TEST_DEADLINE_MS };

type Kind = 'lictor' | 'go';

const PROTECTIONS: readonly { readonly how: string; readonly more: StartOptions }[] = [
  { how: 'in the open', more: {} },
  { how: 'encrypted', more: { keys: [Buffer.alloc(16, 5).toString('base64')] } },
  { how: 'labelled', more: { label: 'lán' } },
  { how: 'encrypted and labelled', more: { keys: [Buffer.alloc(24, 6).toString('base64')], label: 'blue' } },
];

interface Pair {
  readonly pool: TestPool;
  start(kind: Kind, name: string, more?: StartOptions): Promise<Started<ProcessPeer>>;
  readonly a: Started<ProcessPeer>;
  readonly b: Started<ProcessPeer>;
}

async function pair(context: TestContext, [one, another]: readonly [Kind, Kind], more: StartOptions): Promise<Pair> {
  const pool = new TestPool(context);
  const start: Pair['start'] = (kind, name, other = {}) =>
    pool.node(kind === 'lictor' ? lictorNodes : stock, name, { kind: 'memberlist', ...more, ...other });
  const [a, b] = await Promise.all([start(one, one), start(another, another)]);
  assert.equal(await a.peer.join([b.peer.address]), 1);
  await together([a.peer, b.peer]);
  return { pool, start, a, b };
}

function testDirection(kinds: readonly [Kind, Kind], more: StartOptions): void {
  const [actor, other] = kinds;

  test(`${actor} joins ${other}, learns of a third, and leaves`, options, async (context) => {
    const { start, a, b } = await pair(context, kinds, more);
    const third = await start(other, 'third');
    await third.peer.join([b.peer.address]);
    await together([a.peer, b.peer, third.peer]);
    const leaves = async (leaving: ProcessPeer): Promise<number> => {
      const atMs = performance.now();
      await leaving.leave();
      await seen([b.peer, third.peer], leaving.name, other === 'go' ? 'gone' : 'left');
      return performance.now() - atMs;
    };
    // Sooner than anybody could have suspected it to the end; a machine that is too busy for that now is not so for ever.
    let tookMs = await leaves(a.peer);
    for (let again = 0; again < 3 && tookMs >= SUSPICION_MS; again += 1) {
      const { peer } = await start(actor, `again-${again}`);
      await peer.join([b.peer.address]);
      await together([peer, b.peer, third.peer]);
      tookMs = await leaves(peer);
    }
    assert.ok(tookMs < SUSPICION_MS, `${tookMs} ms`);
  });

  test(`a killed ${actor} has failed for ${other}, and comes back`, options, async (context) => {
    const { start, a, b } = await pair(context, kinds, more);
    const third = await start(other, 'third');
    await third.peer.join([b.peer.address]);
    await together([a.peer, b.peer, third.peer]);
    const atMs = performance.now();
    await a.kill();
    // Three nodes: probed by each of the others within four intervals, and suspected for the shortest time.
    const bound = SUSPICION_MS + 6 * FAST.probeIntervalMs + MACHINE_MS;
    await seen([b.peer, third.peer], a.peer.name, other === 'go' ? 'gone' : 'failed', bound);
    assert.ok(performance.now() - atMs >= SUSPICION_MS);
    const again = await start(actor, actor, a.options);
    await again.peer.join([b.peer.address]);
    await together([again.peer, b.peer, third.peer]);
  });

  test(`${actor} with another key or label can't join ${other}`, options, async (context) => {
    const { start, b } = await pair(context, kinds, more);
    const strangers = [{ keys: [Buffer.alloc(32, 7).toString('base64')] }, { label: 'green' }];
    for (const [i, wrong] of strangers.entries()) {
      const stranger = await start(actor, `stranger-${i}`, wrong);
      await assert.rejects(stranger.peer.join([b.peer.address]));
      assert.equal(statusOf(await b.peer.members(), stranger.peer.name), 'unknown');
      assert.equal(statusOf(await stranger.peer.members(), b.peer.name), 'unknown');
    }
  });
}

for (const kinds of [
  ['lictor', 'go'],
  ['go', 'lictor'],
] as const) {
  for (const { how, more } of PROTECTIONS) {
    describe(`${kinds.join(' and ')}, ${how}`, { concurrency: 3 }, () => testDirection(kinds, more));
  }
}
