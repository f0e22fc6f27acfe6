// lictor's Serf in one pool with each stock Serf: its module and Debian's agent. Whatever one of them does, the other sees.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { lictorNodes, skipWithout, stockNodes } from './programs.js';
import type { KeyOperation, Peer, QueryAnswers, QueryOptions } from './protocol.js';
import {
  eventually,
  FAST,
  MACHINE_MS,
  query,
  type Started,
  type StartOptions,
  seen,
  statusOf,
  TestPool,
  tagsSeen,
  together,
} from './test-pool.js';

const KEYS = [Buffer.alloc(32, 3).toString('base64'), Buffer.alloc(32, 4).toString('base64')] as const;
const TEST_DEADLINE_MS = 240_000;
const skip = skipWithout('go', 'serf');
const stock = stockNodes(skip);

type Kind = 'lictor' | 'go' | 'debian';

function starter(pool: TestPool): (kind: Kind, name: string, more?: StartOptions) => Promise<Started> {
  return (kind, name, more = {}) => {
    if (kind === 'debian') return pool.agent(name, more);
    return pool.node(kind === 'lictor' ? lictorNodes : stock, name, more);
  };
}

/** Keys of a pool; none: it isn't encrypted. */
type Keys = readonly string[];

/** Two nodes, one of lictor's, started and joined; and how to start more. */
async function pair(context: TestContext, [one, another]: readonly [Kind, Kind], more: StartOptions) {
  const pool = new TestPool(context);
  const start = starter(pool);
  const [a, b] = await Promise.all([start(one, one, more), start(another, another, more)]);
  assert.equal(await a.peer.join([b.peer.address]), 1);
  await together([a.peer, b.peer]);
  return { pool, start, a, b };
}

/** Every direction: who does something, and who is to see it. */
const DIRECTIONS: readonly (readonly [Kind, Kind])[] = [
  ['lictor', 'go'],
  ['go', 'lictor'],
  ['lictor', 'debian'],
  ['debian', 'lictor'],
];

/**
 * How long until a killed one of three counts as failed (spec/gossip.md, section 21): until one given node probes it, the
 * probe of a node with a little trouble, and the suspicion, which with so few nodes is the shortest from the start.
 */
function failureBound(probeIntervalMs: number, suspicionMult: number): { leastMs: number; mostMs: number } {
  const nodes = 3;
  const suspicionMs = suspicionMult * probeIntervalMs;
  const untilProbedMs = (2 * (nodes - 1) - 1 + 1) * probeIntervalMs;
  return { leastMs: suspicionMs, mostMs: untilProbedMs + 2 * probeIntervalMs + suspicionMs + MACHINE_MS };
}

/** Three nodes, of which the second was killed just now. */
async function killed(context: TestContext, kinds: readonly [Kind, Kind], keys: Keys) {
  const { start, a, b } = await pair(context, kinds, { keys });
  const third = await start('lictor', 'third', { keys });
  assert.equal(await third.peer.join([a.peer.address]), 1);
  await together([a.peer, b.peer, third.peer]);
  const atMs = performance.now();
  await b.kill();
  return { start, a, b, third, atMs };
}

/** Until `peer`'s snapshot says that the other is alive. The stock one is written out when there is news. */
async function snapshotWritten(peer: Peer, file: string, other: Peer): Promise<void> {
  const text = (): string => (fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : '');
  await eventually(
    async () => {
      await peer.event('news', '', false);
      return text().includes(`alive: ${other.name} ${other.address}\n`);
    },
    () => `the snapshot of ${peer.name} is:\n${text()}`,
  );
}

/** Asks until the answers are these: with so few transmissions a query misses one of the members now and then. */
async function answered(peer: Peer, asked: QueryOptions, expected: QueryAnswers): Promise<void> {
  let got: QueryAnswers | null = null;
  await eventually(
    async () => {
      got = await peer.query(asked);
      return isDeepStrictEqual(got, expected);
    },
    () => `${peer.name} got ${JSON.stringify(got)} instead of ${JSON.stringify(expected)}`,
  );
}

async function heard(peer: Peer, events: readonly string[]): Promise<void> {
  await eventually(
    () => events.every((event) => peer.userEvents().includes(event)),
    () => `${peer.name} was told ${peer.userEvents().join()}`,
  );
}

function testDirection(kinds: readonly [Kind, Kind], keys: Keys): void {
  const [actor, other] = kinds;
  const options = { skip, timeout: TEST_DEADLINE_MS };

  test(`${actor} joins ${other}; tags are seen both ways, also changed ones`, options, async (context) => {
    const tags = { role: 'web', 'a tag': 'ä, = and a long text '.repeat(8) };
    const { a, b } = await pair(context, kinds, { tags, keys });
    await tagsSeen([a.peer, b.peer], a.peer.name, tags);
    await tagsSeen([a.peer, b.peer], b.peer.name, tags);
    const changed = { ...tags, role: 'db' };
    await a.peer.setTags(changed);
    await tagsSeen([a.peer, b.peer], a.peer.name, changed);
  });

  test(`user events of ${actor} reach ${other}`, options, async (context) => {
    const { a, b } = await pair(context, kinds, { keys });
    await a.peer.event('empty', '', false);
    for (const payload of ['1', '2', '3']) await a.peer.event('each', payload, false);
    const expected = ['each=1', 'each=2', 'each=3', 'empty='];
    for (const { peer } of [a, b]) {
      await heard(peer, expected);
      assert.deepEqual([...peer.userEvents()].sort(), expected);
    }
  });

  test(`${other} coalesces the events of ${actor} that allow it`, options, async (context) => {
    // Debian's agent always does, after a second without another: events that a busy machine sends or brings further apart are
    // told one by one, rightly. So it is tried again.
    const { a, b } = await pair(context, kinds, { userCoalesceMs: 8_000, keys });
    let told: readonly string[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      const expected = [`${attempt} at once=x`, `${attempt} one of=3`];
      // One after the other: two that stock sends at once may get one time, and both of them are the newest.
      for (const payload of ['1', '2', '3']) await a.peer.event(`${attempt} one of`, payload, true);
      await a.peer.event(`${attempt} at once`, 'x', false);
      await heard(b.peer, expected);
      told = b.peer.userEvents().filter((event) => event.startsWith(`${attempt} `));
      if (isDeepStrictEqual(told, expected)) return;
    }
    assert.fail(`${b.peer.name} was told ${told.join()}`);
  });

  test(`queries of ${actor} with filters, acks and relays are answered by ${other}`, options, async (context) => {
    const { start, a, b } = await pair(context, kinds, { tags: { role: 'web' }, keys });
    const relays = await Promise.all(
      ['r0', 'r1', 'r2'].map((name) => start('go', name, { tags: { role: 'relay' }, keys })),
    );
    for (const { peer } of relays) assert.equal(await peer.join([a.peer.address]), 1);
    const everybody = [a, b, ...relays].map(({ peer }) => peer);
    await together(everybody);
    const names = everybody.map(({ name }) => name).sort();
    const answers = (peers: readonly Peer[], payload: string): Readonly<Record<string, string>> =>
      Object.fromEntries(peers.map(({ name }) => [name, `${name}: ${payload}`]));

    await answered(a.peer, query('q', 'all', { requestAck: true }), {
      acks: names,
      responses: answers(everybody, 'all'),
    });
    await answered(a.peer, query('q', 'node', { filterNodes: [b.peer.name], requestAck: true }), {
      acks: [b.peer.name],
      responses: answers([b.peer], 'node'),
    });
    const relaying = relays.map(({ peer }) => peer);
    await answered(a.peer, query('q', 'tag', { filterTags: { role: '^rel.y$' } }), {
      acks: [],
      responses: answers(relaying, 'tag'),
    });
    const nobody = await a.peer.query(query('q', 'none', { filterTags: { role: '^w$' }, requestAck: true }));
    assert.deepEqual(nobody, { acks: [], responses: {} });
    // Each answer comes several times over, and counts once.
    await answered(a.peer, query('q', 'relayed', { relayFactor: 2, requestAck: true }), {
      acks: names,
      responses: answers(everybody, 'relayed'),
    });
  });

  test(`${actor} leaves: for ${other} it has left`, options, async (context) => {
    const { a, b } = await pair(context, kinds, { keys });
    await a.peer.leave();
    await seen([b.peer], a.peer.name, 'left');
  });

  test(`killed, ${other} has failed for ${actor} within the time of the formula`, options, async (context) => {
    const { a, b, third, atMs } = await killed(context, kinds, keys);
    const { leastMs, mostMs } = failureBound(FAST.probeIntervalMs, FAST.suspicionMult);
    // Debian's agent has longer intervals, but the third tells it.
    await seen([a.peer, third.peer], b.peer.name, 'failed', mostMs);
    const tookMs = performance.now() - atMs;
    assert.ok(tookMs >= leastMs, `failed after ${tookMs} ms already`);
    assert.ok(tookMs <= mostMs, `failed after ${tookMs} ms only`);
  });

  test(`${actor} forces a killed ${other} out; pruned, it is forgotten`, options, async (context) => {
    const { start, a, b, third } = await killed(context, kinds, keys);
    await seen([a.peer, third.peer], b.peer.name, 'failed');
    await a.peer.forceLeave(b.peer.name, false);
    await seen([a.peer, third.peer], b.peer.name, 'left');
    // Who learned that by push/pull counts the leave one later than it was, and would ignore the very next intent: that is so
    // between stock members, too. The join of a fourth moves the clocks on.
    const fourth = await start('lictor', 'fourth', { keys });
    assert.equal(await fourth.peer.join([a.peer.address]), 1);
    await together([a.peer, third.peer, fourth.peer]);
    // Events go behind intents: with this one, that of the join has come.
    await fourth.peer.event('joined', '', false);
    await heard(a.peer, ['joined=']);
    await a.peer.forceLeave(b.peer.name, true);
    await seen([a.peer, third.peer], b.peer.name, 'unknown');
  });

  test(`${actor} can't force a living ${other} out`, options, async (context) => {
    const { start, a, b } = await pair(context, kinds, { keys });
    // A stock Serf tells nobody when the one forced out was the only other one: it would never hear the objection.
    const third = await start('lictor', 'third', { keys });
    assert.equal(await third.peer.join([a.peer.address]), 1);
    const everybody = [a.peer, b.peer, third.peer];
    await together(everybody);
    await a.peer.forceLeave(b.peer.name, false);
    await a.peer.event('after', 'it', false);
    for (const peer of everybody) await heard(peer, ['after=it']);
    await together(everybody);
  });

  test(`a killed ${actor} finds ${other} again by its snapshot`, options, async (context) => {
    const pool = new TestPool(context);
    const start = starter(pool);
    const snapshot = pool.snapshot('a');
    const a = await start(actor, 'a', { snapshot, keys });
    const b = await start(other, 'b', { keys });
    await a.peer.join([b.peer.address]);
    await together([a.peer, b.peer]);
    await snapshotWritten(a.peer, snapshot, b.peer);
    await a.kill();
    await seen([b.peer], 'a', 'failed');
    const again = await start(actor, 'a', a.options);
    await together([again.peer, b.peer]);
  });

  test(`${actor} that left ${other} comes back when it is told to, otherwise not`, options, async (context) => {
    const pool = new TestPool(context);
    const start = starter(pool);
    const snapshot = pool.snapshot('a');
    const a = await start(actor, 'a', { snapshot, keys, rejoinAfterLeave: true });
    const b = await start(other, 'b', { keys });
    await a.peer.join([b.peer.address]);
    await together([a.peer, b.peer]);
    await snapshotWritten(a.peer, snapshot, b.peer);
    await a.peer.leave();
    await a.kill();
    await seen([b.peer], 'a', 'left');
    const again = await start(actor, 'a', a.options);
    await together([again.peer, b.peer]);
    await again.peer.leave();
    await again.kill();
    await seen([b.peer], 'a', 'left');
    const alone = await start(actor, 'a', { ...a.options, rejoinAfterLeave: false });
    assert.equal(statusOf(await alone.peer.members(), 'b'), 'unknown');
    assert.equal(statusOf(await b.peer.members(), 'a'), 'left');
  });
}

for (const kinds of DIRECTIONS) {
  for (const keys of [[], [KEYS[0]]]) {
    const how = keys.length === 0 ? 'in the open' : 'encrypted';
    describe(`${kinds.join(' and ')}, ${how}`, { concurrency: 5 }, () => testDirection(kinds, keys));
  }

  const [actor, other] = kinds;
  test(`${actor} changes the key of a pool with ${other}, and nobody is lost`, { skip }, async (context) => {
    const keys = [KEYS[0]];
    const { pool, a, b } = await pair(context, kinds, { keys });
    const third = await pool.node(stock, 'third', { keys });
    assert.equal(await third.peer.join([b.peer.address]), 1);
    const everybody: Peer[] = [a.peer, b.peer, third.peer];
    await together(everybody);
    const expectKeys = async (expected: Readonly<Record<string, number>>): Promise<void> => {
      for (const peer of everybody) assert.deepEqual((await peer.key('list', '')).keys, expected);
    };
    await expectKeys({ [KEYS[0]]: 3 });
    const change = async (operation: KeyOperation, key: string): Promise<void> => {
      const { errors, messages } = await a.peer.key(operation, key);
      assert.equal(errors, 0, JSON.stringify(messages));
    };
    await change('install', KEYS[1]);
    await expectKeys({ [KEYS[0]]: 3, [KEYS[1]]: 3 });
    await change('use', KEYS[1]);
    await change('remove', KEYS[0]);
    await expectKeys({ [KEYS[1]]: 3 });
    const { acks } = await b.peer.query(query('q', 'new key', { requestAck: true }));
    assert.deepEqual(acks, everybody.map(({ name }) => name).sort());
    const failures = third.peer.process.events('third').filter(({ event }) => event === 'member-failed');
    assert.deepEqual(failures, []);
    // A newcomer needs the new key.
    const late = await pool.node(lictorNodes, 'late', { keys: [KEYS[1]] });
    assert.equal(await late.peer.join([b.peer.address]), 1);
    await together([...everybody, late.peer]);
    const outdated = await pool.node(lictorNodes, 'outdated', { keys });
    await assert.rejects(outdated.peer.join([b.peer.address]));
    assert.equal(statusOf(await b.peer.members(), 'outdated'), 'unknown');
  });
}
