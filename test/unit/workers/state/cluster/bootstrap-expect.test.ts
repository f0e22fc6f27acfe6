// A server that waits for others, asks them, and begins a cluster once.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import type { RaftOrder } from '../../../../../src/wire/raft/raft-orders.js';
import { BootstrapExpect } from '../../../../../src/workers/state/cluster/bootstrap-expect.js';
import type { KnownServer } from '../../../../../src/workers/state/cluster/known-servers.js';
import { expecting } from './servers.js';

class Fixture {
  servers: readonly KnownServer[] = [expecting(1)];
  /** By address; nobody else answers. */
  readonly answers = new Map<string, readonly string[]>();
  readonly asked: string[] = [];
  readonly orders: RaftOrder[] = [];
  readonly lines: string[] = [];
  index = 0;
  readonly subject: BootstrapExpect;

  constructor(expect = 3) {
    const sink = new LogSink('trace', ({ message, fields }) => this.lines.push([message, ...fields].join(' ')));
    this.subject = new BootstrapExpect({
      expect,
      ownName: 'srv-1',
      servers: () => this.servers,
      questions: {
        peers: async (address) => {
          this.asked.push(address);
          return this.answers.get(address) ?? null;
        },
      },
      configuration: async () => ({ index: this.index, peers: [] }),
      order: async (order) => {
        this.orders.push(order);
        return null;
      },
      logger: new Logger('agent.server', sink),
    });
  }

  async look(...numbers: readonly number[]): Promise<void> {
    this.servers = numbers.map((number) => expecting(number));
    this.subject.look();
    await new Promise(setImmediate);
  }

  answer(...numbers: readonly number[]): void {
    for (const number of numbers) this.answers.set(`10.0.0.${number}:8300`, []);
  }
}

test('it begins once enough are there, and only once', async () => {
  const fixture = new Fixture();
  fixture.answer(1, 2, 3, 4);
  await fixture.look(1);
  await fixture.look(1, 2);
  assert.deepEqual(fixture.asked, []);
  await fixture.look(1, 2, 3);
  assert.equal(fixture.orders.length, 1);
  const [order] = fixture.orders;
  assert.ok(order?.order === 'bootstrap');
  assert.deepEqual(
    order.peers.map(({ id }) => id),
    ['id-1', 'id-2', 'id-3'],
  );
  await fixture.look(1, 2, 3, 4);
  assert.equal(fixture.orders.length, 1);
});

test('a server with data expects nobody any more', async () => {
  const fixture = new Fixture();
  fixture.answer(1, 2, 3);
  fixture.index = 1;
  await fixture.look(1, 2, 3);
  fixture.index = 0;
  await fixture.look(1, 2, 3);
  assert.deepEqual([fixture.asked, fixture.orders], [[], []]);
  assert.deepEqual(fixture.lines, ['Raft data found, disabling bootstrap mode']);
});

test('where a cluster exists, it waits to be taken in', async () => {
  const fixture = new Fixture();
  fixture.answer(1, 2);
  fixture.answers.set('10.0.0.3:8300', ['10.0.0.3:8300', '10.0.0.9:8300']);
  await fixture.look(1, 2, 3);
  fixture.answer(3);
  await fixture.look(1, 2, 3);
  assert.deepEqual(fixture.orders, []);
  assert.deepEqual(fixture.lines, [
    'Existing Raft peers reported by server, disabling bootstrap mode server srv-3 this_server srv-1',
  ]);
});

test('who gives no answer is asked again, the others are not', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fixture = new Fixture();
  fixture.answer(1, 3);
  await fixture.look(1, 2, 3);
  assert.deepEqual(fixture.orders, []);
  fixture.asked.length = 0;
  fixture.answer(2);
  t.mock.timers.tick(1_000);
  await new Promise(setImmediate);
  assert.deepEqual(fixture.asked, ['10.0.0.2:8300']);
  assert.equal(fixture.orders.length, 1);
});

test('a server that stays silent keeps the others from beginning, until it is gone', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const fixture = new Fixture();
  fixture.answer(1, 2, 3);
  await fixture.look(1, 2, 3, 4);
  for (let seconds = 0; seconds < 200; seconds += 1) {
    t.mock.timers.tick(1_000);
    await new Promise(setImmediate);
  }
  assert.deepEqual(fixture.orders, []);
  assert.ok(fixture.lines.some((line) => line.startsWith('a server does not say whether there is a cluster')));
  await fixture.look(1, 2, 3);
  assert.equal(fixture.orders.length, 1);
});

test('what speaks against it is said once', async () => {
  const fixture = new Fixture();
  for (let looks = 0; looks < 3; looks += 1) {
    fixture.servers = [expecting(1), expecting(2, { expect: '5' })];
    fixture.subject.look();
    await new Promise(setImmediate);
  }
  assert.equal(fixture.lines.length, 1);
  assert.match(fixture.lines[0] ?? '', /^Member has a conflicting expect value.* srv-2 .* srv-1 /);
});

test('without a number to expect, and once it is stopped, it does nothing', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const idle = new Fixture(0);
  idle.answer(1, 2, 3);
  await idle.look(1, 2, 3);
  assert.deepEqual(idle.asked, []);
  const stopped = new Fixture();
  await stopped.look(1, 2, 3);
  stopped.subject.stop();
  stopped.answer(1, 2, 3);
  stopped.subject.look();
  await new Promise(setImmediate);
  assert.deepEqual(stopped.orders, []);
});
