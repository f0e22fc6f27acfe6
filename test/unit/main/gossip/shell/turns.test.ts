import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../../../src/main/gossip/shell/turns.js';

function holdFor(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

test('jobs take turns, and others get theirs in between', async () => {
  const turns = new Turns();
  const order: string[] = [];
  function* job(name: string, steps: number): Generator<void, string> {
    for (let step = 0; step < steps; step += 1) {
      order.push(name);
      holdFor(5);
      yield;
    }
    return name;
  }
  let others = 0;
  const count = (): void => {
    others += 1;
    counting = setImmediate(count);
  };
  let counting = setImmediate(count);
  assert.deepEqual(await Promise.all([turns.run(job('a', 3)), turns.run(job('b', 4))]), ['a', 'b']);
  clearImmediate(counting);
  assert.deepEqual(order, ['a', 'b', 'a', 'b', 'a', 'b', 'b']);
  assert.ok(others >= 6);
});

test('only some jobs are begun at once, all are finished', async () => {
  const turns = new Turns();
  let begun = 0;
  let most = 0;
  function* job(): Generator<void, true> {
    begun += 1;
    most = Math.max(most, begun);
    yield;
    yield;
    begun -= 1;
    return true;
  }
  const results = await Promise.all(Array.from({ length: 50 }, () => turns.run(job())));
  assert.ok(results.every((result) => result === true));
  assert.ok(most > 1 && most <= 8);
});

test('a job that throws fails alone; stopping ends all that is left', async () => {
  const turns = new Turns();
  // biome-ignore lint/correctness/useYield: it fails before it would.
  function* bad(): Generator<void, true> {
    throw new Error('a bug');
  }
  function* endless(): Generator<void, true> {
    for (;;) yield;
  }
  const failing = turns.run(bad());
  const running = turns.run(endless());
  await assert.rejects(failing, /a bug/);
  turns.stop();
  assert.equal(await running, null);
  assert.equal(await turns.run(endless()), null);
});
