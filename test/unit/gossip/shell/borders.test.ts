// An error that nobody expected while a packet or a stream is handled, or when the machine's time has come: it costs that one
// exchange, and the pool goes on.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { PING } from '../../../../src/main/gossip/wire/message-types.js';
import { ping } from '../../../../src/main/gossip/wire/messages.js';
import { sealStream } from '../../../../src/main/gossip/wire/stream-sealing.js';
import { encode } from '../../../../src/msgpack/codec.js';
import { protectionWith } from '../protection.js';
import { member } from './rig.js';

const ASKED = { SeqNo: 5, Node: 'a', SourceAddr: null, SourcePort: 0, SourceNode: '' };

/** Lets the method throw `times` times, then do as before. */
function breaks(object: object, name: string, times = 1): void {
  const method = Reflect.get(object, name) as (...args: unknown[]) => unknown;
  let left = times;
  Reflect.set(object, name, (...args: unknown[]) => {
    if (left-- > 0) throw new Error(`planted in ${name}`);
    return method.apply(object, args);
  });
}

test('a packet and a stream that the machine throws at are logged, and the next ones answered', async (t) => {
  const a = await member(t, 'a');
  const socket = createSocket('udp4');
  t.after(() => socket.close());
  breaks(a.core, 'receive');
  const message = encode(ping, ASKED, PING);
  socket.send(message, a.address.port, '127.0.0.1');
  await a.until(() => a.logged.some((line) => /unexpected error: .*planted in receive/.test(line)));
  socket.send(message, a.address.port, '127.0.0.1');
  await once(socket, 'message', { signal: AbortSignal.timeout(60_000) });

  breaks(a.core, 'isForUs');
  const talk = async () => {
    const stream = connect(a.address.port, '127.0.0.1');
    stream.on('error', () => undefined);
    stream.write(sealStream({ type: 'ping', body: ASKED }, protectionWith()));
    let bytes = 0;
    stream.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    await once(stream, 'close');
    return bytes;
  };
  assert.equal(await talk(), 0);
  assert.ok(a.logged.some((line) => /unexpected error: .*planted in isForUs/.test(line)));
  assert.ok((await talk()) > 0);
});

test('a machine that throws when its time has come is asked again', async (t) => {
  const a = await member(t, 'a');
  let ticks = 0;
  breaks(a.core, 'tick');
  const tick = a.core.tick.bind(a.core);
  a.core.tick = (nowMs) => {
    ticks += 1;
    tick(nowMs);
  };
  const b = await member(t, 'b');
  await b.shell.join([a.text]);
  await a.until(() => a.logged.some((line) => /unexpected error: .*planted in tick/.test(line)));
  const before = ticks;
  const ended = AbortSignal.timeout(60_000);
  while (ticks <= before && !ended.aborted) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(ticks > before);
});
