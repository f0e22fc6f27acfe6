// A server that doesn't lead asks the one that does: calls over a pool to a whole agent, through the same `calls` that serve
// HTTP, and what becomes of them when that agent goes.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Leadership } from '../../../src/wire/raft/leadership.js';
import { allowAll } from '../../../src/workers/state/acl/access.js';
import { ask } from '../../../src/workers/state/calls/asked-read.js';
import type { Calls } from '../../../src/workers/state/calls/calls.js';
import { type KvWrite, kvApply, kvGet, kvList, kvListKeys } from '../../../src/workers/state/methods/kvs.js';
import type { Consensus } from '../../../src/workers/state/replica/consensus.js';
import { StateStore } from '../../../src/workers/state/replica/state-store.js';
import { LeaderCalls } from '../../../src/workers/state/rpc/leader-calls.js';
import { RpcPool } from '../../../src/workers/state/rpc/pool/pool.js';
import { ServerAsker } from '../../../src/workers/state/rpc/server-asker.js';
import { type AgentProcess, startAgent } from '../../agent-process.js';
import { testCalls } from '../../unit/workers/state/calls/test-calls.js';

const HOLD_MS = 400;
let agent: AgentProcess;
let calls: Calls;
let elsewhere: LeaderCalls;
const pool = new RpcPool({ idleMs: 120_000 });
const asker = { token: '', authorizer: allowAll };

/** A server that never leads itself. */
const consensus: Consensus = {
  leadership: new Leadership(),
  obstacle: 'no-leader',
  awaitLeader: () => new Promise((resolve) => setTimeout(resolve, HOLD_MS, 'no-leader')),
  propose: () => Promise.resolve({ ok: false, code: 'no-leader' }),
  flush: () => {},
  verifyLeader: () => Promise.resolve(false),
};

before(async () => {
  agent = await startAgent({ args: ['-dev'] });
  elsewhere = new LeaderCalls({
    asking: new ServerAsker({ pool, bootstrap: null, clientTimeoutMs: () => 60_000, holdMs: () => 7_000 }),
    datacenter: 'dc1',
    leaderAddress: () => `127.0.0.1:${agent.ports.server}`,
  });
  calls = testCalls({ store: new StateStore(), consensus, holdMs: HOLD_MS, elsewhere });
});
after(async () => {
  pool.close();
  await agent.stop();
});

const write = (key: string, value: string, more: Partial<KvWrite> = {}) =>
  calls.write(
    kvApply,
    { op: 'set', key, value: Buffer.from(value), flags: 7, session: '', compareIndex: 0, ...more },
    'dc1',
    asker,
  );
const reading = (minIndex: number, waitMs = 10_000) =>
  ({ consistency: 'default', minIndex, waitMs, maxStaleMs: 0 }) as const;

test('writes are done by the leader, and their replies are as if done here', async () => {
  assert.equal(await write('from/a', 'one'), true);
  assert.equal(await write('from/a', 'two', { op: 'cas', compareIndex: 1 }), false);
  assert.equal((await agent.request('GET', '/v1/kv/from/a?raw')).text, 'one');
});

test("reads give the leader's records, index and contact", async () => {
  await write('from/b', 'x'.repeat(400_000));
  const found = await ask(calls, kvGet, 'from/b', reading(0), 'dc1', asker);
  assert.ok('value' in found && found.value !== null);
  assert.deepEqual(
    [found.value.Key, found.value.Flags, found.value.Value?.length, found.hasLeader, found.index > 1],
    ['from/b', 7, 400_000, true, true],
  );
  const missing = await ask(calls, kvGet, 'nothing', reading(0), 'dc1', asker);
  assert.ok('value' in missing);
  assert.equal(missing.value, null);
  const list = await ask(calls, kvList, 'from/', reading(0), 'dc1', asker);
  assert.ok('value' in list);
  assert.deepEqual(
    list.value.map(({ Key }) => Key),
    ['from/a', 'from/b'],
  );
  const keys = await ask(calls, kvListKeys, { prefix: '', separator: '/' }, reading(0), 'dc1', asker);
  assert.ok('value' in keys);
  assert.deepEqual(keys.value, ['from/']);
});

test('a blocking read waits there, and is woken by a change', async () => {
  const now = await ask(calls, kvGet, 'from/a', reading(0), 'dc1', asker);
  assert.ok('value' in now);
  const waiting = ask(calls, kvGet, 'from/a', reading(now.index), 'dc1', asker);
  await agent.request('PUT', '/v1/kv/from/a', 'changed');
  const changed = await waiting;
  assert.ok('value' in changed && changed.value !== null);
  assert.equal(Buffer.from(changed.value.Value ?? []).toString(), 'changed');
});

test('one that is given up leaves the way open for others', async () => {
  const now = await ask(calls, kvGet, 'from/a', reading(0), 'dc1', asker);
  assert.ok('index' in now);
  const given = new AbortController();
  const waiting = ask(calls, kvGet, 'from/a', reading(now.index), 'dc1', asker, given.signal);
  given.abort();
  assert.ok('refused' in (await waiting));
  assert.equal(await write('from/a', 'after'), true);
});

test("the leader's refusal is told with the word that it came from elsewhere", async () => {
  const refused = await write('from/a', '', { op: 'lock', session: '' });
  assert.deepEqual(refused, {
    refused: 'failed',
    text: 'rpc error making call: raft apply failed: missing session',
  });
});

test('without the leader, writes and reads are tried again until time is up', async () => {
  await agent.kill();
  const refused = await write('from/a', 'never');
  assert.ok(typeof refused === 'object' && 'refused' in refused);
  const read = await ask(calls, kvGet, 'from/a', reading(0), 'dc1', asker);
  assert.ok('refused' in read);
  assert.match(read.text, /^rpc error getting client: failed to get conn: dial tcp .*: connect: connection refused$/);
});
