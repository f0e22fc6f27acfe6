// Long work in turns, by a clock and a loop of the test's own.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { atOnce, type Steps, Turns } from '../../../../../src/workers/state/turns/turns.js';

let nowMs: number;
let scheduled: (() => void)[];
let turns: Turns;
/** Who made a step, in order. */
let trace: string[];

beforeEach(() => {
  nowMs = 0;
  scheduled = [];
  trace = [];
  turns = new Turns(
    () => nowMs,
    (run) => scheduled.push(run),
  );
});

/** Runs what waits for the next turn. */
function turn(): number {
  const before = nowMs;
  for (const run of scheduled.splice(0)) run();
  return nowMs - before;
}

function* work(name: string, steps: number, stepMs = 0.25): Steps<string> {
  for (let step = 0; step < steps; step += 1) {
    trace.push(name);
    nowMs += stepMs;
    yield;
  }
  return name;
}

const unexpected = (error: unknown): void => assert.fail(String(error));

test('short work is done before the call returns, and nothing is scheduled', () => {
  const done: string[] = [];
  const task = turns.run(work('a', 4), (name) => done.push(name), unexpected);
  assert.deepEqual([done, task.isOver, scheduled.length], [['a'], true, 0]);
});

test('long work takes a slice of each turn', () => {
  const done: string[] = [];
  turns.run(work('a', 100), (name) => done.push(name), unexpected);
  let count = 1;
  for (; done.length === 0; count += 1) assert.ok(turn() <= 2.25);
  assert.equal(count, 13);
  assert.equal(scheduled.length, 0);
});

test('many share one slice, each in its order, and who comes later begins in the queue', () => {
  const done: string[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) turns.run(work(name, 30), () => done.push(name), unexpected);
  assert.equal(trace.join(''), 'aaaaaaaa', 'only the first began at once');
  assert.ok(turn() <= 2.25);
  assert.equal(trace.join('').slice(8), 'aabbccdd');
  turn();
  assert.equal(trace.join('').slice(16), 'eeaabbcc');
  while (done.length < 5) assert.ok(turn() <= 2.25);
  assert.deepEqual(done, ['a', 'b', 'c', 'd', 'e']);
});

test('what is cancelled goes no further and calls nobody', () => {
  const done: string[] = [];
  const task = turns.run(work('a', 100), (name) => done.push(name), unexpected);
  turns.run(work('b', 20), (name) => done.push(name), unexpected);
  task.cancel();
  const steps = trace.length;
  while (scheduled.length > 0) turn();
  assert.deepEqual(done, ['b']);
  assert.ok(!trace.slice(steps).includes('a'));
});

test('an error reaches its own asker, wherever it comes from, and nobody else', async () => {
  function* broken(): Steps<string> {
    yield* work('x', 50);
    throw new Error('broken');
  }
  const failures: string[] = [];
  const failed = (error: unknown): void => {
    failures.push(String(error));
  };
  const done: string[] = [];
  turns.run(broken(), unexpected, failed);
  turns.run(
    work('y', 1),
    () => {
      throw new Error('answering');
    },
    failed,
  );
  turns.run(work('z', 1), (name) => done.push(name), unexpected);
  while (scheduled.length > 0) turn();
  assert.deepEqual([failures.sort(), done], [['Error: answering', 'Error: broken'], ['z']]);
  assert.equal(await turns.finished(work('p', 1)), 'p');
  const rejected = turns.finished(broken());
  while (scheduled.length > 0) turn();
  await assert.rejects(rejected, /broken/);
});

test('all at once', () => {
  assert.equal(atOnce(work('a', 3)), 'a');
});
