// limits.request_limits: how many reads and writes a server takes, and what those are told that it doesn't take.

import assert from 'node:assert/strict';
import { afterEach, beforeEach, mock, test } from 'node:test';
import { deadlines } from '../../../../../src/deadlines/deadline-queue.js';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { Metrics } from '../../../../../src/observe/metrics.js';
import { RequestRates } from '../../../../../src/wire/readers/request-rates.js';
import type { LogLevel } from '../../../../../src/wire/thread-port.js';
import { RequestLimits } from '../../../../../src/workers/state/calls/request-limits.js';
import { operationTypeOf } from '../../../../../src/workers/state/methods/contract/operation-type.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';

let nowMs = 0;
beforeEach(() => {
  nowMs = 0;
  mock.method(deadlines, 'now', () => nowMs);
});
afterEach(() => mock.restoreAll());

const ELSEWHERE = 'rate limit exceeded, try again later or against a different server';
const LEADER_ONLY = 'rate limit exceeded for operation that can only be performed by the leader, try again later';
const NO_LIMIT = Number.POSITIVE_INFINITY;

function opened(
  mode: 'disabled' | 'permissive' | 'enforcing',
  { readRate = NO_LIMIT, writeRate = NO_LIMIT, isLeader = true, level = 'debug' as LogLevel },
) {
  const given = { settings: { mode, readRate, writeRate }, lines: [] as string[] };
  const metrics = new Metrics();
  const sink = new LogSink(level, ({ name, message, fields }) => {
    given.lines.push([name, message, ...fields].join(' '));
  });
  const limits = new RequestLimits({
    rates: new RequestRates(),
    settings: () => given.settings,
    isLeader: () => isLeader,
    metrics,
    logger: new Logger('agent', sink).child('server.rpc-rate-limit'),
  });
  const ask = (method: string) => limits.refuse(method, { address: '10.0.0.9:4711' })?.text ?? null;
  /** How many of so many were taken. */
  const taken = (method: string, of: number) => Array.from({ length: of }, () => ask(method)).filter((text) => !text);
  const counted = () =>
    metrics.report().counters.map(({ name, labels, count }) => [name, Object.fromEntries(labels), count]);
  return { given, ask, taken: (method: string, of: number) => taken(method, of).length, counted };
}

test('a second brings as many as the rate says, and no more are saved up', () => {
  const { taken } = opened('enforcing', { readRate: 5, writeRate: 2 });
  assert.deepEqual([taken('KVS.Get', 9), taken('KVS.Apply', 9)], [5, 2]);
  nowMs += 400;
  assert.deepEqual([taken('KVS.List', 9), taken('Session.Apply', 9)], [2, 0]);
  nowMs += 3_600_000;
  assert.deepEqual([taken('Health.ServiceNodes', 9), taken('Txn.Apply', 9)], [5, 2]);
});

test('less than one in a second comes in its time; a rate of 0 lets nothing through', () => {
  const { taken } = opened('enforcing', { readRate: 0.5, writeRate: 0 });
  assert.deepEqual([taken('KVS.Get', 3), taken('KVS.Apply', 3)], [1, 0]);
  nowMs += 1_900;
  assert.equal(taken('KVS.Get', 3), 0);
  nowMs += 200;
  assert.deepEqual([taken('KVS.Get', 3), taken('KVS.Apply', 3)], [1, 0]);
});

test('only a write that the leader refuses can be done by nobody else', () => {
  const leader = opened('enforcing', { readRate: 0, writeRate: 0 });
  assert.deepEqual([leader.ask('KVS.Get'), leader.ask('KVS.Apply')], [ELSEWHERE, LEADER_ONLY]);
  const follower = opened('enforcing', { readRate: 0, writeRate: 0, isLeader: false });
  assert.deepEqual([follower.ask('KVS.Get'), follower.ask('KVS.Apply')], [ELSEWHERE, ELSEWHERE]);
});

test('what holds the cluster together is never refused, what counts its instances is', () => {
  const { ask } = opened('enforcing', { readRate: 0, writeRate: 0 });
  for (const method of ['Status.RaftStats', 'Operator.RaftGetConfiguration', 'Operator.AutopilotSetConfiguration']) {
    assert.equal(ask(method), null, method);
  }
  assert.equal(ask('Operator.Usage'), ELSEWHERE);
});

test('each is counted with what it was, and permissive refuses none', () => {
  const enforcing = opened('enforcing', { readRate: 1 });
  enforcing.taken('KVS.Get', 4);
  const labels = { limit_type: 'global/read', op: 'KVS.Get' };
  assert.deepEqual(enforcing.counted(), [['rpc.rate_limit.exceeded', { ...labels, mode: 'enforcing' }, 3]]);
  assert.equal(
    enforcing.given.lines[0],
    'agent.server.rpc-rate-limit RPC exceeded allowed rate limit rpc KVS.Get source_addr 10.0.0.9:4711 limit_type global/read limit_enforced true',
  );
  const permissive = opened('permissive', { writeRate: 1 });
  assert.equal(permissive.taken('KVS.Apply', 4), 4);
  const written = { limit_type: 'global/write', op: 'KVS.Apply', mode: 'permissive' };
  assert.deepEqual(permissive.counted(), [['rpc.rate_limit.exceeded', written, 3]]);
  assert.match(permissive.given.lines[0] ?? '', /limit_enforced false$/);
  const disabled = opened('disabled', { readRate: 0, writeRate: 0 });
  assert.equal(disabled.taken('KVS.Get', 4), 4);
  assert.deepEqual([disabled.counted(), disabled.given.lines], [[], []]);
});

test('a flood becomes a hundred lines a second, and what was not said is counted', () => {
  const loud = opened('enforcing', { readRate: 0 });
  loud.taken('KVS.Get', 1_000);
  assert.equal(loud.given.lines.length, 100);
  assert.deepEqual(
    loud.counted().map(([name, , count]) => [name, count]),
    [
      ['rpc.rate_limit.exceeded', 1_000],
      ['rpc.rate_limit.log_dropped', 900],
    ],
  );
  const quiet = opened('enforcing', { readRate: 0, level: 'info' });
  quiet.taken('KVS.Get', 1_000);
  assert.deepEqual([quiet.given.lines.length, quiet.counted().length], [0, 1]);
});

test('a reload holds for the next request', () => {
  const { given, taken } = opened('enforcing', { readRate: 2 });
  assert.equal(taken('KVS.Get', 9), 2);
  given.settings = { ...given.settings, mode: 'disabled' };
  assert.equal(taken('KVS.Get', 9), 9);
  nowMs += 1_000;
  given.settings = { ...given.settings, mode: 'enforcing', readRate: 4 };
  assert.equal(taken('KVS.Get', 9), 4);
  given.settings = { ...given.settings, readRate: NO_LIMIT };
  assert.equal(taken('KVS.Get', 9), 9);
});

test('no method of the server port counts as something else than it is', () => {
  /** Asked as writes are, since they need what only the leader knows; they change nothing. */
  const reading = [
    'ACL.ReplicationStatus',
    'ConnectCA.ConfigurationGet',
    'Intention.Check',
    'Internal.CatalogOverview',
    'Txn.Read',
  ];
  for (const { kind, method } of rpcRows) {
    const type = operationTypeOf(method.name);
    if (kind === 'read') assert.equal(type, 'read', method.name);
    if (kind === 'write' && type !== 'exempt') {
      assert.equal(type, reading.includes(method.name) ? 'read' : 'write', method.name);
    }
  }
});
