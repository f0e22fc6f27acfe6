import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Scheduled, Scheduler } from '../../../../src/workers/checks/scheduler.js';
import { FakeClock } from './fake-clock.js';

class Item extends Scheduled {
  readonly name: string;

  constructor(name: string, intervalMs: number) {
    super(intervalMs);
    this.name = name;
  }
}

function setUp(concurrency: number) {
  const clock = new FakeClock();
  const started: { name: string; at: number }[] = [];
  const scheduler: Scheduler<Item> = new Scheduler<Item>({
    clock,
    concurrency,
    start: (item) => started.push({ name: item.name, at: clock.nowMs }),
  });
  return { clock, started, scheduler };
}

test('a check first runs after a random part of its interval, then an interval after its run has ended', () => {
  const { clock, started, scheduler } = setUp(4);
  const item = new Item('a', 10_000);
  clock.chance = 0.3;
  scheduler.add(item);
  clock.advance(2999);
  assert.deepEqual(started, []);
  clock.advance(1);
  assert.deepEqual(started, [{ name: 'a', at: 3000 }]);
  clock.advance(50_000);
  assert.equal(started.length, 1, 'a run that goes on is not started again');
  scheduler.finished(item);
  clock.advance(9999);
  assert.equal(started.length, 1);
  clock.advance(1);
  assert.deepEqual(started[1], { name: 'a', at: 63_000 });
});

test('no more run than there are slots; the others start in the order in which they were due', () => {
  const { clock, started, scheduler } = setUp(2);
  const items = ['a', 'b', 'c', 'd'].map((name, at) => new Item(name, 1000 + at * 100));
  for (const item of items) scheduler.add(item);
  clock.advance(5000);
  assert.deepEqual(
    started.map(({ name }) => name),
    ['a', 'b'],
  );
  assert.equal(scheduler.waiting, 2);
  scheduler.finished(items[1] as Item);
  scheduler.finished(items[0] as Item);
  assert.deepEqual(
    started.map(({ name }) => name),
    ['a', 'b', 'c', 'd'],
  );
  assert.equal(scheduler.running, 2);
});

test('removal works while a check is scheduled, queued or running, and a removed run gives its slot to the next', () => {
  const { clock, started, scheduler } = setUp(1);
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name, at) => new Item(name, 1000 + at * 100));
  assert.ok(a && b && c && d);
  for (const item of [a, b, c, d]) scheduler.add(item);
  scheduler.remove(d);
  clock.advance(2000);
  scheduler.remove(b);
  scheduler.remove(a);
  assert.deepEqual(
    started.map(({ name }) => name),
    ['a', 'c'],
  );
  scheduler.finished(a);
  assert.equal(scheduler.running, 1, 'the end of a removed run frees nothing');
  scheduler.finished(c);
  clock.advance(60_000);
  assert.deepEqual(
    started.map(({ name }) => name),
    ['a', 'c', 'c'],
  );
});

test('runs that end while they are started neither recurse nor exceed the slots', () => {
  const clock = new FakeClock();
  let depth = 0;
  let runs = 0;
  const scheduler: Scheduler<Item> = new Scheduler<Item>({
    clock,
    concurrency: 3,
    start: (item) => {
      depth += 1;
      assert.equal(depth, 1);
      runs += 1;
      scheduler.finished(item);
      depth -= 1;
    },
  });
  for (let at = 0; at < 20_000; at++) scheduler.add(new Item(String(at), 1000));
  clock.advance(600);
  assert.equal(runs, 20_000);
  assert.equal(scheduler.running, 0);
});

test('one timer serves any number of checks, and none is left after stop', () => {
  const { clock, started, scheduler } = setUp(8);
  for (let at = 0; at < 1000; at++) scheduler.add(new Item(String(at), 1000 + at));
  assert.equal(clock.timers.size, 1);
  scheduler.stop();
  assert.equal(clock.timers.size, 0);
  scheduler.add(new Item('late', 1000));
  clock.advance(10_000);
  assert.deepEqual(started, []);
});

test('intervals beyond what a timer can wait are kept', () => {
  const { clock, started, scheduler } = setUp(1);
  const days = 24 * 3_600_000;
  clock.chance = 0.999;
  scheduler.add(new Item('yearly', 365 * days));
  clock.advance(300 * days);
  assert.deepEqual(started, []);
  clock.advance(66 * days);
  assert.equal(started.length, 1);
});
