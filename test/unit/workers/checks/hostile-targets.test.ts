// Targets that send what no protocol allows: each probe ends with a result in time, and nothing throws.

import assert from 'node:assert/strict';
import net, { type AddressInfo } from 'node:net';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { type Definition, makeRunner, type Runner } from './probe-runner.js';

describe('hostile targets', () => {
  let server: net.Server;
  let address: string;
  let reply: Buffer = Buffer.alloc(0);
  let runner: Runner;
  const thrown: unknown[] = [];
  const catches = (error: unknown): unknown => thrown.push(error);

  before(async () => {
    runner = makeRunner();
    server = net.createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.end(reply));
      socket.resume();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.on('uncaughtException', catches);
  });
  after(async () => {
    process.off('uncaughtException', catches);
    runner.close();
    await new Promise((resolve) => server.close(resolve));
  });

  const kinds: readonly ((target: string) => Definition)[] = [
    (target) => ({ HTTP: `http://${target}/` }),
    (target) => ({ HTTP: `https://${target}/` }),
    (target) => ({ TCP: target, TCPUseTLS: true }),
    (target) => ({ H2PING: target, H2PingUseTLS: false }),
    (target) => ({ H2PING: target }),
    (target) => ({ GRPC: target, Timeout: '300ms' }),
  ];
  // The beginnings of real protocols, so that the random bytes behind them get past the first look.
  const prefixes = [
    '',
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n',
    'HTTP/1.1 302 Found\r\nLocation: ',
    'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\x1f\x8b\x08',
    '\x16\x03\x03\x00\x20\x02',
    '\x15\x03\x03\x00\x02\x02\x28',
    '\x00\x00\x00\x04\x00\x00\x00\x00\x00',
  ].map((text) => Buffer.from(text, 'latin1'));

  test('every kind survives every kind of rubbish', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...prefixes),
        fc.uint8Array({ maxLength: 80, size: 'max' }),
        async (prefix, bytes) => {
          reply = Buffer.concat([prefix, bytes]);
          const outcomes = await Promise.all(kinds.map((of) => runner.run({ Timeout: '1s', ...of(address) })));
          for (const [at, { status, output }] of outcomes.entries()) {
            // Only a plain HTTP check may like what begins like HTTP.
            if (at > 0) assert.equal(status, 'critical', output);
            assert.notEqual(output, '');
          }
        },
      ),
      { numRuns: 60 },
    );
    assert.deepEqual(thrown, []);
  });
});
