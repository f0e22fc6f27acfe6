// A subscription counts as one read; one too many is refused with the status by which subscribers go to another server.

import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import { test } from 'node:test';
import { refusal } from '../../../../../../src/workers/state/methods/contract/refusal.js';
import { TestStore } from '../../replica/store/commands.js';
import { GrpcPair } from './grpc-pair.js';

test('a subscription over the limit ends at once with RESOURCE_EXHAUSTED', async () => {
  const counted: string[] = [];
  const pair = await GrpcPair.open(new TestStore(), (method, { address }) => {
    counted.push(`${method} ${address}`);
    return refusal('over-limit');
  });
  const socket = net.connect(pair.port, '127.0.0.1');
  socket.write(Uint8Array.of(8));
  const session = http2.connect('http://server', { createConnection: () => socket });
  try {
    const call = session.request({
      ':method': 'POST',
      ':path': '/subscribe.StateChangeSubscription/Subscribe',
      'content-type': 'application/grpc',
    });
    const answered = new Promise<http2.IncomingHttpHeaders>((resolve) => call.once('response', resolve));
    // No compression, no bytes: a message of nothing but default values.
    call.end(Buffer.alloc(5));
    const headers = await answered;
    assert.deepEqual(
      [headers['grpc-status'], headers['grpc-message']],
      ['8', 'rate limit exceeded, try again later or against a different server'],
    );
    const from = `127.0.0.1:${socket.localPort}`;
    assert.deepEqual(counted, [`/subscribe.StateChangeSubscription/Subscribe ${from}`]);
  } finally {
    session.destroy();
    pair.close();
  }
});
