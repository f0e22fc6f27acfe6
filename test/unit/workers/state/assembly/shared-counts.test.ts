// Connections of clients counted by several threads: as by one, whatever comes and goes.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { OwnCounts } from '../../../../../src/workers/state/sockets/client-counts.js';
import { SharedCounts } from '../../../../../src/workers/state/sockets/shared-counts.js';

const CLIENTS = ['', '10.0.0.1', '10.0.0.2', '::1', 'fe80::1', '10.0.0.12', '10.0.0.21'];

test('two views of one table count as one thread does for itself', () => {
  const step = fc.record({
    view: fc.nat(1),
    enters: fc.boolean(),
    client: fc.constantFrom(...CLIENTS),
    max: fc.constantFrom(0, 1, 3),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const first = new SharedCounts();
      const views = [first, new SharedCounts(first.buffer)];
      const own = new OwnCounts();
      for (const { view, enters, client, max } of steps) {
        const shared = views[view] ?? first;
        if (enters) assert.equal(shared.enter(client, max), own.enter(client, max));
        else {
          shared.leave(client);
          own.leave(client);
        }
        assert.equal(shared.total, own.total);
        for (const one of CLIENTS) assert.equal(first.of(one), own.of(one), one);
      }
    }),
  );
});

test('thousands of clients find their places again, whoever has left', () => {
  const counts = new SharedCounts();
  const name = (at: number): string => `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`;
  for (let at = 0; at < 12_000; at += 1) assert.ok(counts.enter(name(at), 2));
  for (let at = 0; at < 12_000; at += 3) counts.leave(name(at));
  for (let at = 0; at < 12_000; at += 1) assert.equal(counts.of(name(at)), at % 3 === 0 ? 0 : 1, name(at));
  for (let at = 0; at < 12_000; at += 1) counts.leave(name(at));
  assert.equal(counts.total, 0);
});

test('a full table lets further clients in and goes on counting those it has', () => {
  const counts = new SharedCounts();
  for (let at = 0; at < 20_000; at += 1) assert.ok(counts.enter(`client ${at}`, 1));
  assert.equal(counts.enter('client 0', 1), false);
  assert.equal(counts.of('client 19999'), 0);
  counts.leave('client 19999');
  for (let at = 0; at < 20_000; at += 1) counts.leave(`client ${at}`);
  assert.equal(counts.total, 0);
});

test('threads that count at the same time lose nothing', async () => {
  const counts = new SharedCounts();
  const program = new URL('./counting-thread.js', import.meta.url);
  const threads = [1, 2, 3].map(() => new Worker(program, { workerData: counts.buffer }));
  const ends = await Promise.all(threads.map((thread) => once(thread, 'message')));
  const most = Math.max(...ends.map(([seen]) => seen as number));
  assert.ok(most <= 2, `${most} entered where two may`);
  assert.equal(counts.total, 0);
});
