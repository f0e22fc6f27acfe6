// Which server a client agent asks, and what it does when that fails (spec/rpc.md, "Client agent retries").

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deadlines } from '../../../../../src/deadlines/deadline-queue.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { MEMBER_STATUS } from '../../../../../src/wire/gossip-pools.js';
import type { AskedFailure } from '../../../../../src/workers/state/calls/asked-failure.js';
import { ask } from '../../../../../src/workers/state/calls/asked-read.js';
import { ClientCalls } from '../../../../../src/workers/state/calls/client-calls.js';
import type { AskedRead, AskedWrite } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { Consistency } from '../../../../../src/workers/state/calls/read-settings.js';
import { ServerList } from '../../../../../src/workers/state/cluster/server-list.js';
import { isRefusal, statusOf } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { fireEvent } from '../../../../../src/workers/state/methods/event.js';
import { kvApply, kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import { renewSession } from '../../../../../src/workers/state/methods/session.js';
import { statusLeader } from '../../../../../src/workers/state/methods/status.js';
import { expecting } from '../cluster/servers.js';

const UNSENT: AskedFailure = { ok: false, kind: 'unsent', text: 'rpc error getting client: refused' };
const LOST: AskedFailure = { ok: false, kind: 'lost', text: 'rpc error making call: EOF' };
const LEADERLESS: AskedFailure = { ok: false, kind: 'answered', text: 'rpc error making call: No cluster leader' };
const BUSY: AskedFailure = {
  ok: false,
  kind: 'answered',
  text: 'rpc error making call: rate limit exceeded, try again later or against a different server',
};
const LEADER_BUSY: AskedFailure = {
  ok: false,
  kind: 'answered',
  text: 'rpc error making call: rate limit exceeded for operation that can only be performed by the leader, try again later',
};
const WRONG: AskedFailure = { ok: false, kind: 'answered', text: 'rpc error making call: Must provide key' };
const OK = { ok: true, value: true, index: 9, origin: { hasLeader: true, lastContactMs: 0 }, bytes: 1 } as const;
const OLD = { ...OK, origin: { hasLeader: true, lastContactMs: 6_000 } };
const WRITE = { op: 'set', key: 'a', value: Buffer.alloc(0), flags: 0, session: '', compareIndex: 0 } as const;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `answers`: of the calls, in their order; the last one stays. */
function opened(
  servers: number,
  answers: readonly (AskedFailure | typeof OK | typeof OLD)[],
  burst = Number.POSITIVE_INFINITY,
  holdMs = 300,
) {
  const list = new ServerList(() => 0.5);
  for (let i = 1; i <= servers; i += 1) list.put({ ...expecting(i), status: MEMBER_STATUS.alive });
  const asked: string[] = [];
  const next = (address: string) => {
    asked.push(address);
    return answers[Math.min(asked.length, answers.length) - 1];
  };
  const given = { unreachable: 0, consistencies: [] as Consistency[], waits: [] as number[] };
  const metrics = new Metrics();
  const calls = new ClientCalls({
    servers: list,
    asking: {
      read(address, _method, _request, { consistency, waitMs }, _datacenter, _token, done) {
        given.consistencies.push(consistency);
        given.waits.push(waitMs);
        done(next(address) as AskedRead<never>);
        return { cancel: () => {} };
      },
      write: async (address) => next(address) as AskedWrite<never>,
    },
    holdMs: () => holdMs,
    rate: () => ({ perSecond: burst === Number.POSITIVE_INFINITY ? burst : 0, burst }),
    metrics,
    unreachable: () => {
      given.unreachable += 1;
    },
  });
  const write = () => calls.write(kvApply, WRITE, 'dc1', { token: '' });
  const read = (maxStaleMs = 0) => {
    const consistency = maxStaleMs > 0 ? 'stale' : 'default';
    return ask(calls, kvGet, 'a', { consistency, minIndex: 0, waitMs: 0, maxStaleMs }, 'dc1', { token: '' });
  };
  return { calls, asked, given, metrics, write, read };
}

test('what a server never saw goes on to the others, once to each', async () => {
  const { asked, write, given } = opened(3, [UNSENT, UNSENT, OK]);
  assert.equal(await write(), true);
  assert.deepEqual(asked, ['10.0.0.1:8300', '10.0.0.2:8300', '10.0.0.3:8300']);
  assert.equal(given.unreachable, 0);
  const dead = opened(2, [UNSENT]);
  const refused = await dead.write();
  assert.deepEqual(refused, { refused: 'unreachable', text: UNSENT.text });
  assert.equal(dead.asked.length, 2);
  assert.equal(dead.given.unreachable, 1);
});

test('a write whose answer was lost is not made again, a read is', async () => {
  const writing = opened(2, [LOST, OK]);
  assert.deepEqual(await writing.write(), { refused: 'unreachable', text: LOST.text });
  assert.equal(writing.asked.length, 1);
  assert.equal(await writing.write(), true);
  assert.deepEqual(writing.asked, ['10.0.0.1:8300', '10.0.0.2:8300']);
  const reading = opened(2, [LOST, OK]);
  assert.equal(isRefusal(await reading.read()), false);
  assert.equal(reading.asked.length, 2);
});

test('an answer older than max_stale is asked for again, of the leader', async () => {
  const young = opened(2, [OLD, OK]);
  assert.equal(isRefusal(await young.read(6_000)), false);
  assert.deepEqual(young.given.consistencies, ['stale']);
  const old = opened(2, [OLD, OK]);
  assert.equal(isRefusal(await old.read(5_000)), false);
  assert.deepEqual(old.given.consistencies, ['stale', 'default']);
});

test('the leader is waited for no longer than the rest of the time', async (context) => {
  const { calls, asked, given } = opened(2, [OLD, OK]);
  // The first answer takes four seconds.
  const now = performance.now.bind(performance);
  context.mock.method(performance, 'now', () => now() + 4_000 * asked.length);
  const settings = { consistency: 'stale', minIndex: 7, waitMs: 10_000, maxStaleMs: 5_000 } as const;
  assert.ok(!isRefusal(await ask(calls, kvGet, 'a', settings, 'dc1', { token: '' })));
  assert.deepEqual(given.consistencies, ['stale', 'default']);
  assert.ok((given.waits[1] ?? 0) > 0 && (given.waits[1] ?? 0) <= 6_000, given.waits.join(', '));
});

test('what changes nothing is asked again like a read, whatever way it is asked', async () => {
  const asker = { token: '' };
  const direct = opened(2, [LOST, OK]);
  assert.equal(await direct.calls.direct(statusLeader, null, 'dc1', asker), true);
  assert.deepEqual(direct.asked, ['10.0.0.1:8300', '10.0.0.2:8300']);
  const renewal = opened(2, [LOST, OK]);
  assert.equal(await renewal.calls.write(renewSession, 'id', 'dc1', asker), true);
  const event = opened(2, [LOST, OK]);
  const fired = { id: 'i', name: 'e', payload: null, nodeFilter: '', serviceFilter: '', tagFilter: '' };
  assert.ok(isRefusal(await event.calls.direct(fireEvent, fired, 'dc1', asker)));
  assert.equal(event.asked.length, 1);
});

test('while nobody leads it is tried again, for rpc_hold_timeout', async () => {
  const { write } = opened(2, [LEADERLESS, LEADERLESS, OK]);
  assert.equal(await write(), true);
  const never = opened(2, [LEADERLESS]);
  assert.deepEqual(await never.write(), { refused: 'no-leader', text: LEADERLESS.text });
  assert.ok(never.asked.length > 2);
});

test('a write that waits for a leader is over when the agent stops', async (context) => {
  context.mock.method(Math, 'random', () => 0.9);
  const { calls, asked, write } = opened(2, [LEADERLESS], Number.POSITIVE_INFINITY, 60_000);
  let answer: unknown = null;
  const written = write().then((told) => {
    answer = told;
  });
  await turn();
  calls.stop();
  deadlines.expireAll();
  await turn();
  assert.deepEqual(answer, { refused: 'no-leader', text: LEADERLESS.text });
  assert.equal(asked.length, 2);
  await written;
});

test('what a server says of the request itself is the answer, and the server stays the first', async () => {
  const { asked, write, given } = opened(2, [WRONG]);
  assert.deepEqual(await write(), { refused: 'bad-request', text: WRONG.text });
  await write();
  assert.deepEqual(asked, ['10.0.0.1:8300', '10.0.0.1:8300']);
  assert.equal(given.unreachable, 0);
});

test('without servers, and beyond limits.rpc_rate, nobody is asked', async () => {
  assert.deepEqual(await opened(0, [OK]).write(), { refused: 'no-servers', text: 'No known Consul servers' });
  const { asked, write } = opened(1, [OK], 2);
  assert.deepEqual([await write(), await write()], [true, true]);
  assert.deepEqual(await write(), { refused: 'rate-limited', text: 'RPC rate limit exceeded' });
  assert.equal(asked.length, 2);
});

test('a server that is asked too much is passed over; when all of them are, that is the answer and no sign of a lost cluster', async () => {
  const { asked, write } = opened(2, [BUSY, OK]);
  assert.equal(await write(), true);
  assert.deepEqual(asked, ['10.0.0.1:8300', '10.0.0.2:8300']);
  const all = opened(2, [BUSY]);
  const refused = await all.write();
  assert.deepEqual(refused, { refused: 'over-limit', text: BUSY.text });
  assert.equal(isRefusal(refused) && statusOf(refused), 429);
  assert.equal(all.given.unreachable, 0);
  const leader = opened(2, [LEADER_BUSY, OK]);
  const refusedByLeader = await leader.write();
  assert.equal(isRefusal(refusedByLeader) && statusOf(refusedByLeader), 503);
  assert.equal(leader.asked.length, 1);
});

test('calls, those beyond limits.rpc_rate and failed ones are counted', async () => {
  const { write, metrics } = opened(2, [UNSENT, OK], 3);
  await write();
  await write();
  await write();
  assert.deepEqual(
    metrics.report().counters.map(({ name, labels, sum }) => [name, labels, sum]),
    [
      ['client.rpc', [], 4],
      ['client.rpc.exceeded', [], 1],
      ['client.rpc.failed', [['server', 'srv-1']], 1],
    ],
  );
});
