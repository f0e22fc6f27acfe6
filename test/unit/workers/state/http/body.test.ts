// Bodies in memory: put together from whatever pieces they come in, at about their size, each within its limit and all within
// one that they share.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import v8 from 'node:v8';
import vm from 'node:vm';
import fc from 'fast-check';
import type { BodySink, Exchange } from '../../../../../src/workers/state/http/engine/engine.js';
import { GatheredBytes } from '../../../../../src/workers/state/http/engine/gathered-bytes.js';
import { BodiesUnderWay, collectBody } from '../../../../../src/workers/state/http/message/body.js';
import { acquireParser, releaseParser } from '../../../../../src/workers/state/http/net/request-parser.js';

v8.setFlagsFromString('--expose-gc');
const collectGarbage = vm.runInNewContext('gc') as () => void;

/** What a body costs while it is there, in bytes. */
function memory(): number {
  collectGarbage();
  // Array buffers are freed beside the thread; the second one waits for that.
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** An exchange whose body the test sends. */
function exchangeOf(bodyLength = -1): { readonly exchange: Exchange; readonly sink: () => BodySink } {
  let sink: BodySink | null = null;
  const exchange = {
    bodyLength,
    receive: (one: BodySink) => {
      sink = one;
    },
  } as unknown as Exchange;
  return {
    exchange,
    sink: () => {
      assert.ok(sink !== null);
      return sink;
    },
  };
}

test('pieces come out as they went in', () => {
  const piece = fc.uint8Array({ minLength: 1, maxLength: 3000, size: 'max' });
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 12, size: 'max' }), { maxLength: 4 }), (rounds) => {
      const gathered = new GatheredBytes();
      for (const pieces of rounds) {
        for (const one of pieces) {
          const around = Buffer.concat([Buffer.of(7), one, Buffer.of(7)]);
          gathered.add(around, 1, around.length - 1);
        }
        assert.equal(gathered.length, Buffer.concat(pieces).length);
        const taken = gathered.take();
        assert.deepEqual(Buffer.from(taken), Buffer.concat(pieces));
        if (pieces.length > 1) assert.equal(taken.buffer.byteLength, taken.length, 'nothing beside the bytes is kept');
      }
    }),
  );
});

test('a body in chunks of one byte costs about its size', async () => {
  const size = 1_500_000;
  const { exchange, sink } = exchangeOf();
  const body = collectBody(exchange, 2 * size, undefined);
  const parser = acquireParser();
  const head = Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const before = memory();
  parser.feed(head, 0, 16_384);
  for (let sent = 0; sent < size; sent += 10_000) {
    parser.feed(Buffer.from('1\r\nx\r\n'.repeat(10_000)), 0, 16_384);
    assert.equal(parser.refusal, 0);
    sink().chunk(parser.untaken.take());
  }
  const cost = memory() - before;
  assert.ok(cost < 8 * size, `${cost} bytes`);
  parser.feed(Buffer.from('0\r\n\r\n'), 0, 16_384);
  releaseParser(parser);
  sink().end();
  const outcome = await body;
  assert.ok(outcome.ok);
  assert.equal(outcome.bytes.length, size);
});

test('a body in segments of one byte that nobody asked for yet costs about its size', () => {
  const parser = acquireParser();
  parser.feed(Buffer.from('PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n'), 0, 16_384);
  const before = memory();
  for (let sent = 0; sent < 60_000; sent += 1) parser.feed(Buffer.alloc(1, 'x'), 0, 16_384);
  const cost = memory() - before;
  assert.ok(cost < 1_000_000, `${cost} bytes`);
  assert.equal(parser.untaken.length, 60_000);
  releaseParser(parser);
});

test('bodies under way are bounded together, and each that ends makes room', async () => {
  const all = new BodiesUnderWay(100);
  const start = () => {
    const { exchange, sink } = exchangeOf();
    const outcome = collectBody(exchange, 80, undefined, all);
    return { outcome, sink: sink() };
  };
  const [first, second, third, fourth] = [start(), start(), start(), start()];
  first.sink.chunk(Buffer.alloc(60));
  second.sink.chunk(Buffer.alloc(30));
  third.sink.chunk(Buffer.alloc(20));
  const refused = await third.outcome;
  assert.ok(!refused.ok);
  assert.equal(refused.reply.status, 503);
  third.sink.chunk(Buffer.alloc(5));
  third.sink.end();
  assert.equal(all.bytes, 90);
  first.sink.aborted();
  assert.equal(all.bytes, 30);
  second.sink.chunk(Buffer.alloc(51));
  const tooLarge = await second.outcome;
  assert.ok(!tooLarge.ok);
  assert.equal(tooLarge.reply.status, 413);
  assert.equal(all.bytes, 0);
  fourth.sink.chunk(Buffer.alloc(80));
  fourth.sink.end();
  assert.ok((await fourth.outcome).ok);
  assert.equal(all.bytes, 0);
});
