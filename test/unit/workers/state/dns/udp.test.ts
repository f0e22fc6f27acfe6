import assert from 'node:assert/strict';
import dgram from 'node:dgram';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import type { Response } from '../../../../../src/workers/state/dns/response.js';
import { listenUdp, type UdpListener } from '../../../../../src/workers/state/dns/udp.js';

/** More than make a turn busy; so many come in one turn when they are sent in one. */
const CROWD = 16;
const DEADLINE_MS = 10_000;

async function listening(t: TestContext, seen: (asked: number) => void = () => {}) {
  let asked = 0;
  const respond = (packet: Buffer): Response => {
    seen(++asked);
    return { bytes: Buffer.from(packet), zone: 'none', type: 0 };
  };
  const listener: UdpListener = await listenUdp('127.0.0.1', 0, { respond }, () => {});
  const client = dgram.createSocket('udp4');
  t.after(() => client.close());
  client.bind(0, '127.0.0.1');
  await once(client, 'listening');
  const replies: string[] = [];
  client.on('message', (bytes) => void replies.push(bytes.toString()));
  const ask = (from: number): void => {
    for (let at = from; at < from + CROWD; at++) client.send(`question ${at}`, listener.port, '127.0.0.1');
  };
  return { listener, client, replies, ask };
}

async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + DEADLINE_MS;
  while (!holds()) {
    assert.ok(performance.now() < deadline, `${what} within ${DEADLINE_MS} ms`);
    await turn();
  }
}

test('every question of busy turns gets its own reply', async (t) => {
  const { listener, replies, ask } = await listening(t);
  t.after(() => listener.close());
  for (let round = 0; round < 4; round++) {
    ask(round * CROWD);
    await until(`round ${round}`, () => replies.length === (round + 1) * CROWD);
  }
  assert.deepEqual(
    new Set(replies),
    new Set(Array.from({ length: 4 * CROWD }, (_, at) => `question ${at}`)),
    'each once, none with the bytes of another',
  );
});

test('a listener that is closed in a busy turn sends nothing of what it held back', async (t) => {
  let closed: Promise<void> | null = null;
  const { listener, replies, ask } = await listening(t, (asked) => {
    if (asked === CROWD + 2) closed = listener.close();
  });
  ask(0);
  await until('the first crowd', () => replies.length === CROWD);
  ask(CROWD);
  await until('its end', () => closed !== null);
  await closed;
  await turn();
  assert.equal(replies.length, CROWD);
});
