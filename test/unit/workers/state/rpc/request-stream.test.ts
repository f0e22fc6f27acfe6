// One stream of requests (spec/rpc.md, section 3): one after the other, in any pieces, within bounds, and over when nobody
// listens any more.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { MAX_MESSAGE_BYTES } from '../../../../../src/msgpack/limits.js';
import { ValueScan } from '../../../../../src/msgpack/skip.js';
import { refusal } from '../../../../../src/workers/state/methods/contract/refusal.js';
import { ByteBudget } from '../../../../../src/workers/state/rpc/server/byte-budget.js';
import { sendRequest } from '../../../../../src/workers/state/rpc/server/envelope.js';
import type { RpcMethod, RpcReply } from '../../../../../src/workers/state/rpc/server/method.js';
import {
  type Channel,
  RequestStream,
  type RpcServerParts,
} from '../../../../../src/workers/state/rpc/server/request-stream.js';
import { noServers } from '../calls/no-servers.js';
import { ASKED_SERVER, NOT_ASKED } from './server-parts.js';

class FakeChannel implements Channel {
  unsent = 0;
  written: Buffer[] = [];
  isEnded = false;
  isReset = false;
  consumedBytes = 0;

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes));
  }

  end(): void {
    this.isEnded = true;
  }

  reset(): void {
    this.isReset = true;
  }

  consumed(bytes: number): void {
    this.consumedBytes += bytes;
  }
}

const method = (name: string, answer: RpcMethod['answer']): [string, RpcMethod] => [
  name,
  { name, asking: NOT_ASKED, answer },
];

type Refuse = RpcServerParts['limits']['refuse'];

function opened(budget = 1_000_000, refuse: Refuse = () => null) {
  const channel = new FakeChannel();
  const open: RpcReply[] = [];
  const bodies: string[] = [];
  let aborted = 0;
  const crashes: unknown[] = [];
  const left = new ByteBudget(budget);
  const stream = new RequestStream(
    channel,
    { address: '10.0.0.9:1' },
    {
      methods: new Map([
        method('Test.Echo', (body, _context, reply) => {
          bodies.push(Buffer.from(body).toString('hex'));
          reply.answered(body);
          return null;
        }),
        method('Test.Wait', (_body, _context, reply) => {
          open.push(reply);
          return {
            abort: () => {
              aborted += 1;
            },
          };
        }),
        method('Test.Throw', () => {
          throw new Error('a bug');
        }),
      ]),
      limits: { refuse },
      context: {
        calls: noServers,
        datacenter: 'dc1',
        reaches: () => false,
        waits: () => ({ defaultQueryTimeMs: 1, maxQueryTimeMs: 1 }),
        ...ASKED_SERVER,
      },
      budget: left,
      crashed: (_method, error) => crashes.push(error),
    },
  );
  return { channel, open, bodies, aborted: () => aborted, crashes, left, stream };
}

function ask(name: string, seq = 1, body = '80'): Buffer {
  const channel = new FakeChannel();
  sendRequest(channel, { Seq: seq, ServiceMethod: name }, Buffer.from(body, 'hex'));
  return Buffer.concat(channel.written);
}

test('requests in any pieces are answered in their order', () => {
  const bodies = fc.array(fc.constantFrom('80', '93c0a3616263cd1234', `da0100${'61'.repeat(256)}`, '81a16190', 'c0'));
  fc.assert(
    fc.property(bodies, fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1 }), (sent, sizes) => {
      const { channel, bodies, left, stream } = opened();
      const bytes = Buffer.concat(sent.slice(0, 20).map((body, i) => ask('Test.Echo', i + 1, body)));
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        stream.data(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(bodies, sent.slice(0, 20));
      assert.equal(channel.consumedBytes, bytes.length);
      assert.ok(left.take(1_000_000), 'nothing is kept');
    }),
  );
});

test('what comes behind a request under way waits, and its sender gets no room for more', () => {
  const { channel, open, bodies, stream } = opened();
  const first = ask('Test.Wait');
  stream.data(first);
  stream.data(ask('Test.Echo', 2));
  assert.deepEqual([bodies.length, channel.consumedBytes], [0, first.length]);
  open[0]?.answered(Uint8Array.of(0xc3));
  assert.deepEqual([bodies.length, channel.written.length], [1, 2]);
});

test('a reply that is not fetched holds back the next request', () => {
  const { channel, bodies, stream } = opened();
  channel.unsent = 300_000;
  stream.data(ask('Test.Echo'));
  assert.equal(bodies.length, 0);
  channel.unsent = 0;
  stream.drained();
  assert.equal(bodies.length, 1);
});

test('the end of the other side is answered when everything is; a reset ends what is under way', () => {
  const { channel, open, aborted, stream } = opened();
  stream.data(ask('Test.Wait'));
  stream.ended();
  assert.equal(channel.isEnded, false);
  open[0]?.refused('no');
  assert.equal(channel.isEnded, true);
  const other = opened();
  other.stream.data(ask('Test.Wait'));
  other.stream.failed();
  other.open[0]?.answered(Uint8Array.of(0xc3));
  assert.deepEqual([other.aborted(), other.channel.written.length, aborted()], [1, 0, 0]);
});

test('an answer as long as any may be is sent whole, behind its header', () => {
  const { channel, open, crashes, stream } = opened();
  stream.data(ask('Test.Wait'));
  open[0]?.answered(new Uint8Array(MAX_MESSAGE_BYTES));
  const [head, body] = channel.written;
  assert.equal(head?.length, ask('Test.Wait').length - 1 + 'Error'.length + 2);
  assert.deepEqual([body?.length, channel.written.length, crashes.length], [MAX_MESSAGE_BYTES, 2, 0]);
  stream.data(ask('Test.Echo', 2));
  assert.equal(channel.written.length, 3);
});

test('a bug in a method is reported, and the conversation goes on', () => {
  const { channel, crashes, bodies, stream } = opened();
  stream.data(ask('Test.Throw'));
  stream.data(ask('Test.Echo'));
  assert.equal(crashes.length, 1);
  assert.match(channel.written[0]?.toString('latin1') ?? '', /rpc: internal error/);
  assert.equal(bodies.length, 1);
});

test('a request beyond what all of them may take is reset, and gives back what it had', () => {
  const { channel, left, stream } = opened(100_000);
  stream.data(Buffer.concat([ask('Test.Echo', 1, ''), Buffer.from('c600ffffff', 'hex')]));
  stream.data(Buffer.alloc(50_000));
  assert.equal(channel.isReset, false);
  stream.data(Buffer.alloc(60_000));
  assert.equal(channel.isReset, true);
  assert.ok(left.take(100_000));
});

test('what is over a limit is refused by its header, once, and the rest of it is passed over', () => {
  const asked: string[] = [];
  const refuse: Refuse = (method, { address }) => {
    asked.push(`${method} ${address}`);
    return asked.length > 1 ? refusal('over-limit') : null;
  };
  const { channel, bodies, left, stream } = opened(1_000_000, refuse);
  // Byte by byte: a request is counted once.
  for (const byte of ask('Test.Echo')) stream.data(Uint8Array.of(byte));
  assert.deepEqual([asked, bodies.length], [['Test.Echo 10.0.0.9:1'], 1]);
  const next = ask('Test.Echo', 2, 'c600ffffff');
  stream.data(next);
  assert.match(
    channel.written[1]?.toString('latin1') ?? '',
    /rate limit exceeded, try again later or against a different/,
  );
  assert.deepEqual([channel.isEnded, channel.isReset, bodies.length, asked.length], [true, false, 1, 2]);
  stream.data(Buffer.alloc(100_000));
  stream.data(ask('Test.Echo', 3));
  assert.deepEqual([bodies.length, asked.length, channel.written.length], [1, 2, 2]);
  assert.equal(channel.consumedBytes, ask('Test.Echo').length + next.length + 100_000 + ask('Test.Echo').length);
  assert.ok(left.take(1_000_000), 'nothing is kept');
});

test('a method that there is not counts for no limit', () => {
  const { channel, stream } = opened(1_000_000, () => refusal('over-limit'));
  stream.data(ask('Test.None'));
  assert.match(channel.written[0]?.toString('latin1') ?? '', /can't find method Test.None/);
});

test('a long header and one that is none end the stream without a word', () => {
  for (const bytes of [
    Buffer.from('0580', 'hex'),
    Buffer.concat([Buffer.from('81db00010000', 'hex'), Buffer.alloc(5000)]),
  ]) {
    const { channel, stream } = opened();
    stream.data(bytes);
    assert.deepEqual([channel.isEnded, channel.written.length], [true, 0]);
  }
});

test('garbage never throws, and the end of a value is found as well in pieces as at once', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 20 }), (pieces) => {
      const { stream } = opened();
      for (const piece of pieces) stream.data(piece);
      stream.ended();
      const bytes = Buffer.concat(pieces);
      const whole = new ValueScan();
      const cut = new ValueScan();
      for (let end = 0; end < bytes.length; end += 7) cut.run(bytes, end);
      assert.equal(cut.run(bytes, bytes.length), whole.run(bytes, bytes.length));
    }),
    { numRuns: 1000 },
  );
});
