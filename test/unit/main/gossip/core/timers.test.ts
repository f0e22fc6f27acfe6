import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Timers } from '../../../../../src/main/gossip/core/timers.js';

test('what is due runs in the order of its time, then in the order of setting; cancelled ones never', () => {
  const plan = fc.array(fc.record({ atMs: fc.nat(50), isCancelled: fc.boolean() }), {
    maxLength: 200,
    size: 'max',
  });
  fc.assert(
    fc.property(plan, fc.nat(60), (entries, nowMs) => {
      const timers = new Timers();
      const ran: number[] = [];
      const set = entries.map(({ atMs }, i) => timers.set(atMs, () => ran.push(i)));
      entries.forEach(({ isCancelled }, i) => {
        const timer = set[i];
        if (isCancelled && timer !== undefined) timers.cancel(timer);
      });
      const order = [...entries.entries()]
        .filter(([, { isCancelled }]) => !isCancelled)
        .sort(([i, a], [j, b]) => a.atMs - b.atMs || i - j);
      assert.equal(timers.nextMs, order[0]?.[1].atMs ?? null);
      timers.runDue(nowMs);
      assert.deepEqual(
        ran,
        order.filter(([, { atMs }]) => atMs <= nowMs).map(([i]) => i),
      );
    }),
    { numRuns: 200 },
  );
});

test('cancelled timers leave nothing behind, and the others still run in order', () => {
  const timers = new Timers();
  const ran: number[] = [];
  for (let i = 0; i < 20_000; i += 1) {
    const timer = timers.set(1e6 - i, () => ran.push(-1));
    timers.cancel(timer);
    timers.cancel(timer);
    if (i % 1000 === 0) timers.set(5000 - i / 10, () => ran.push(i));
    assert.equal(timers.length, Math.floor(i / 1000) + 1);
  }
  timers.runDue(2e6);
  assert.deepEqual(
    ran,
    Array.from({ length: 20 }, (_, i) => (19 - i) * 1000),
  );
  assert.equal(timers.length, 0);
});

test('a timer set while others run takes part when it is due', () => {
  const timers = new Timers();
  const ran: string[] = [];
  timers.set(10, (nowMs) => {
    ran.push(`a at ${nowMs}`);
    timers.set(15, () => ran.push('c'));
    timers.set(25, () => ran.push('d'));
  });
  timers.set(20, () => ran.push('b'));
  timers.runDue(20);
  assert.deepEqual(ran, ['a at 20', 'c', 'b']);
  assert.equal(timers.nextMs, 25);
});
