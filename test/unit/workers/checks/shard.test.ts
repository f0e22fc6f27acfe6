import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CheckResult } from '../../../../src/wire/checks/check-port.js';
import type { CheckTask, Probe } from '../../../../src/wire/checks/check-task.js';
import type { CheckStatus } from '../../../../src/wire/records.js';
import type { Done, ProbeRun } from '../../../../src/workers/checks/probe/probe.js';
import { Shard } from '../../../../src/workers/checks/shard.js';
import { checkTask } from './check-task.js';
import { FakeClock } from './fake-clock.js';
import { makeRunner } from './probe-runner.js';

interface Started {
  readonly run: ProbeRun<Probe>;
  readonly done: Done;
  cancelled: boolean;
}

const PROBE: Probe = { kind: 'tcp', address: 'a:1', useTls: false, tls: { serverName: '', skipVerify: false } };

function task(key: number, more: Partial<CheckTask> = {}): CheckTask {
  return checkTask(key, PROBE, { timeoutMs: 500, ...more });
}

function setUp() {
  const clock = new FakeClock();
  const started: Started[] = [];
  const told: CheckResult[] = [];
  const { context, logs } = makeRunner();
  const shard = new Shard({
    clock,
    concurrency: 10,
    context,
    start: (run, done) => {
      const one: Started = { run, done, cancelled: false };
      started.push(one);
      return () => {
        one.cancelled = true;
      };
    },
    changed: (result) => told.push(result),
  });
  /** Ends the latest run and lets the next one start. */
  const finish = (status: CheckStatus, output: string): void => {
    started.at(-1)?.done({ status, output });
    clock.advance(1000);
  };
  return { clock, started, told, shard, logs, finish };
}

test('only what changed is told, measured against what the owner knew', () => {
  const { clock, told, shard, finish } = setUp();
  shard.add([task(7, { status: 'passing', output: 'fine' })]);
  clock.advance(500);
  finish('passing', 'fine');
  assert.deepEqual(told, []);
  finish('passing', 'better');
  finish('passing', 'better');
  finish('critical', 'better');
  finish('critical', 'better');
  assert.deepEqual(told, [
    { key: 7, status: 'passing', output: 'better' },
    { key: 7, status: 'critical', output: 'better' },
  ]);
});

test('a timeout beyond what timers can wait for does not end a run at once', () => {
  const { shard, started, clock } = setUp();
  shard.add([task(1, { timeoutMs: 2_000_000 * 3_600_000 })]);
  clock.advance(1000);
  assert.equal(started.at(-1)?.run.timeoutMs, 2 ** 31 - 1);
});

test('long outputs are compared in full although only their digest is kept', () => {
  const { clock, told, shard, finish } = setUp();
  const long = 'x'.repeat(5000);
  shard.add([task(1, { status: 'passing', output: long })]);
  clock.advance(500);
  finish('passing', long);
  assert.equal(told.length, 0);
  finish('passing', `${long.slice(0, -1)}y`);
  assert.equal(told.length, 1);
});

test('a result that a threshold holds back changes neither status nor output', () => {
  const { clock, told, shard, finish, logs } = setUp();
  shard.add([task(1, { status: 'passing', output: 'fine', failuresBeforeWarning: 2, failuresBeforeCritical: 3 })]);
  clock.advance(500);
  finish('passing', 'fine');
  finish('critical', 'bad');
  assert.deepEqual(told, []);
  assert.equal(logs.at(-1)?.message, 'Check failed but has not reached warning/failure threshold');
  finish('critical', 'bad');
  assert.deepEqual(told, [{ key: 1, status: 'warning', output: 'bad' }]);
});

test('a removed check is called off, and nothing of it is told later', () => {
  const { clock, started, told, shard } = setUp();
  shard.add([task(1)]);
  clock.advance(500);
  shard.remove([1, 2]);
  assert.equal(started[0]?.cancelled, true);
  started[0]?.done({ status: 'passing', output: 'late' });
  clock.advance(10_000);
  assert.deepEqual(told, []);
  assert.equal(started.length, 1);
  assert.equal(shard.size, 0);
});

test('a replaced check keeps nothing: a late result of the old one belongs to nobody', () => {
  const { clock, started, told, shard } = setUp();
  shard.add([task(1, { status: 'passing', output: 'old' })]);
  clock.advance(500);
  shard.add([task(1, { checkId: 'new' })]);
  started[0]?.done({ status: 'passing', output: 'late' });
  assert.deepEqual(told, []);
  assert.equal(shard.running, 0);
  clock.advance(500);
  assert.equal(started[1]?.run.checkId, 'new');
  started[1]?.done({ status: 'passing', output: 'now' });
  assert.deepEqual(told, [{ key: 1, status: 'passing', output: 'now' }]);
});

test('the log names a change once, not each repetition', () => {
  const { clock, shard, finish, logs } = setUp();
  shard.add([task(1, { status: 'passing' })]);
  clock.advance(500);
  finish('critical', 'bad');
  finish('critical', 'bad');
  const lines = logs.filter(({ message }) => message === 'Check is now critical');
  assert.deepEqual(
    lines.map(({ level, fields }) => [level, ...fields]),
    [
      ['warn', 'check', 'c1'],
      ['debug', 'check', 'c1'],
    ],
  );
});

test('stop calls off every run and starts none', () => {
  const { clock, started, shard } = setUp();
  shard.add([task(1), task(2), task(3, { intervalMs: 60_000 })]);
  clock.advance(500);
  shard.stop();
  assert.deepEqual(
    started.map(({ cancelled }) => cancelled),
    [true, true],
  );
  clock.advance(100_000);
  assert.equal(started.length, 2);
  assert.equal(clock.timers.size, 0);
});
