// What is made of a leader's connection that ended: only a refused connection says that its process is gone.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import net from 'node:net';
import { test } from 'node:test';
import { LeaderWatch } from '../../../../../src/workers/raft/transport/leader-watch.js';
import { waitFor } from '../../../../agent-process.js';
import { freePorts } from '../../../../ports.js';

interface World {
  port: number;
  leader: string | null;
  contactMs: number;
  readonly gone: string[];
  asked: number;
}

function watching(port: number): { readonly world: World; readonly watch: LeaderWatch } {
  const world: World = { port, leader: 'b', contactMs: 0, gone: [], asked: 0 };
  const watch = new LeaderWatch({
    leader: () => world.leader,
    contactMs: () => world.contactMs,
    destination: () => {
      world.asked += 1;
      return { host: '127.0.0.1', port: world.port };
    },
    gone: (id) => world.gone.push(id),
    now: () => 100,
  });
  return { world, watch };
}

test('where nobody listens any more the leader is gone, which is said once', async () => {
  const [port = 0] = await freePorts(1);
  const { world, watch } = watching(port);
  watch.ended('b');
  watch.ended('b');
  await waitFor(() => world.gone.length > 0, 'the refusal');
  watch.close();
  assert.deepEqual(world.gone, ['b']);
});

test('a leader that still listens is asked again, for its process may be about to end', async () => {
  const listener = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { world, watch } = watching((listener.address() as net.AddressInfo).port);
  watch.ended('b');
  await waitFor(() => world.asked >= 2, 'a second try');
  assert.deepEqual(world.gone, []);
  listener.close();
  await waitFor(() => world.gone.length > 0, 'the refusal');
  watch.close();
});

test('the last try gets its time, too', async (t) => {
  const listener = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { world, watch } = watching((listener.address() as net.AddressInfo).port);
  watch.ended('b');
  for (const pauseMs of [50, 50, 100, 200, 400]) t.mock.timers.tick(pauseMs);
  assert.equal(world.asked, 5);
  listener.close();
  await once(listener, 'close');
  t.mock.timers.tick(800);
  assert.equal(world.asked, 6);
  for (const until = performance.now() + 1_000; world.gone.length === 0 && performance.now() < until; ) {
    await new Promise(setImmediate);
  }
  assert.deepEqual(world.gone, ['b']);
  watch.close();
});

test('a leader that goes on well is left alone after the last try', async (t) => {
  const listener = net.createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { world, watch } = watching((listener.address() as net.AddressInfo).port);
  watch.ended('b');
  for (let i = 0; i < 20; i += 1) t.mock.timers.tick(800);
  listener.close();
  await once(listener, 'close');
  assert.equal(world.asked, 6);
  assert.deepEqual(world.gone, []);
});

test('who heard the leader since, or follows another one, asks nobody', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  for (const change of [{ contactMs: 101 }, { leader: 'c' }, { leader: null }]) {
    const { world, watch } = watching(1);
    watch.ended('b');
    Object.assign(world, change);
    t.mock.timers.tick(5_000);
    assert.equal(world.asked, 0);
  }
});

test('the end of a connection of anybody else means nothing', (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const { world, watch } = watching(1);
  watch.ended('c');
  t.mock.timers.tick(5_000);
  assert.equal(world.asked, 0);
});
