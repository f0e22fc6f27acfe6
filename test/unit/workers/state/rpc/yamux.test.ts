// The yamux machine (spec/rpc.md, section 2): windows, ends, limits, keep-alive, and what breaks a session.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { End, exchange } from './session-pair.js';

const WINDOW = 262_144;

test('a stream is opened by a window update, accepted by one, and carries bytes both ways until both ends are said', () => {
  const [client, server] = [new End(true), new End(false)];
  const asking = client.open();
  asking.stream?.write(Buffer.from('ask'));
  assert.equal(
    client.take().toString('hex'),
    `000100010000000100000000000000000000000100000003${Buffer.from('ask').toString('hex')}`,
  );
  const again = client.open();
  again.stream?.write(Buffer.from('more'));
  exchange(client, server);
  assert.equal(server.accepted[0]?.bytes.toString(), 'more');
  server.accepted[0]?.stream?.write(Buffer.from('answer'));
  server.accepted[0]?.stream?.end();
  exchange(client, server);
  assert.deepEqual([again.bytes.toString(), again.isEnded, client.session.streams], ['answer', true, 2]);
  again.stream?.end();
  exchange(client, server);
  assert.deepEqual([client.session.streams, server.session.streams], [1, 0]);
});

test('no more leaves than was allowed, and what is taken makes room by one word a frame', () => {
  const [client, server] = [new End(true), new End(false)];
  const asking = client.open();
  exchange(client, server);
  const answering = server.accepted[0];
  assert.ok(answering);
  answering.consumes = false;
  asking.stream?.write(Buffer.alloc(WINDOW + 5, 7));
  exchange(client, server);
  assert.deepEqual([answering.bytes.length, asking.stream?.unsent, asking.drains], [WINDOW, 5, 0]);
  answering.stream?.consumed(WINDOW / 2 - 1);
  assert.equal(server.take().length, 0);
  answering.stream?.consumed(1);
  exchange(client, server);
  assert.deepEqual([answering.bytes.length, asking.stream?.unsent, asking.drains], [WINDOW + 5, 0, 1]);
});

test('a stream that is opened when another has had its say is announced before its bytes', () => {
  const [client, server] = [new End(true), new End(false)];
  const first = client.open();
  first.drained = () => client.open().stream?.write(Buffer.from('second'));
  first.stream?.write(Buffer.from('first'));
  exchange(client, server);
  assert.deepEqual(
    server.accepted.map(({ bytes }) => bytes.toString()),
    ['first', 'second'],
  );
});

test('whatever is written arrives in order, however it is cut into pieces', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(3), fc.integer({ min: 1, max: 200_000 })), { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 70_000 }), { minLength: 1 }),
      (writes, sizes) => {
        const [client, server] = [new End(true), new End(false)];
        const asking = [0, 1, 2, 3].map(() => client.open());
        const written = [0, 0, 0, 0];
        let turn = 0;
        for (const [which, length] of writes) {
          const bytes = Buffer.alloc(length);
          for (let i = 0; i < length; i += 997) bytes[i] = ((written[which] ?? 0) + i) & 255;
          asking[which]?.stream?.write(bytes);
          written[which] = (written[which] ?? 0) + length;
        }
        for (const { stream } of asking) stream?.end();
        exchange(client, server, () => sizes[turn++ % sizes.length] ?? 1);
        assert.deepEqual(
          server.accepted.map(({ bytes, isEnded }) => [bytes.length, isEnded]),
          written.map((length) => [length, true]),
        );
        assert.deepEqual([client.closedBy, server.closedBy, client.session.unsent], ['', '', 0]);
      },
    ),
    { numRuns: 30 },
  );
});

for (const [what, frames, reason] of [
  ['another version', '010000000000000100000000', 'invalid frame'],
  ['an unknown type', '000400000000000000000000', 'invalid frame'],
  ['a second SYN of a live stream', '000100010000000100000000000100010000000100000000', 'duplicate stream'],
  ['more than the window', '00010001000000010000000000000000000000010004000178', 'receive window exceeded'],
  ['a go-away for a protocol error', '000300000000000000000001', 'the other side saw a protocol error'],
  ['a second FIN', '000100010000000100000000000100040000000100000000000100040000000100000000', 'second FIN'],
] as const) {
  test(`${what} ends the session`, () => {
    const server = new End(false);
    server.receive(frames);
    assert.equal(server.closedBy, reason);
    server.receive('000100010000000300000000');
    assert.equal(server.accepted.length <= 1, true);
    assert.equal(server.take().length, 0);
  });
}

test('a reset ends its stream alone, and frames of streams that there are not are passed over', () => {
  const server = new End(false);
  server.receive('000100010000000100000000000100010000000300000000');
  server.receive('000100080000000100000000000000000000006300000001780001000000000063000000ff');
  assert.deepEqual(
    [server.accepted[0]?.failure, server.accepted[1]?.failure, server.closedBy],
    ['connection reset', '', ''],
  );
  server.receive(`000000000000000300000001${'61'}`);
  assert.equal(server.accepted[1]?.bytes.toString(), 'a');
});

test('beyond the number of streams a further one is refused, and so is a further opening', () => {
  const server = new End(false, { streams: 1, unaccepted: 1 });
  server.receive('000100010000000100000000000100010000000300000000');
  assert.equal(server.take().toString('hex'), '000100020000000100000000000100080000000300000000');
  const client = new End(true, { streams: 9, unaccepted: 1 });
  assert.ok(client.open().stream);
  assert.equal(client.open().stream, null);
});

test('after a go-away nothing is opened here, and what runs goes on', () => {
  const client = new End(true);
  const running = client.open();
  client.receive('000300000000000000000000');
  assert.equal(client.open().stream, null);
  client.receive(`000000020000000100000001${'61'}`);
  assert.deepEqual([running.bytes.toString(), client.closedBy], ['a', '']);
});

test('the other side is asked every half minute, and must answer within ten seconds', () => {
  const server = new End(false);
  assert.equal(server.session.dueMs, 30_000);
  server.session.tick(29_999);
  assert.equal(server.take().length, 0);
  server.session.tick(30_000);
  assert.equal(server.take().toString('hex'), '000200010000000000000000');
  server.session.receive(Buffer.from('000200020000000000000000', 'hex'), 31_000);
  server.session.tick(60_000);
  assert.equal(server.take().toString('hex'), '000200010000000000000001');
  server.session.tick(69_999);
  assert.equal(server.closedBy, '');
  server.session.tick(70_000);
  assert.equal(server.closedBy, 'keepalive timeout');
});

test('who is doubted is asked at once, and must answer within the time that is given', () => {
  const server = new End(false);
  server.session.doubt(1_000, 500);
  assert.equal(server.take().toString('hex'), '000200010000000000000000');
  assert.equal(server.session.dueMs, 1_500);
  server.session.doubt(1_100, 500);
  assert.equal(server.take().length, 0, 'it is asked already, and gets no more time for being asked again');
  assert.equal(server.session.dueMs, 1_500);
  server.session.receive(Buffer.from('000200020000000000000000', 'hex'), 1_499);
  server.session.tick(1_500);
  assert.deepEqual([server.closedBy, server.session.dueMs], ['', 31_000]);
  server.session.tick(31_000);
  server.take();
  server.session.doubt(31_000, 500);
  assert.equal(server.session.dueMs, 31_500, 'a question that is under way must be answered sooner');
  server.session.tick(31_500);
  assert.equal(server.closedBy, 'keepalive timeout');
  server.session.doubt(31_600, 500);
  assert.equal(server.take().length, 0);
});

test('a stream that nobody accepts ends the session, one whose FIN is never answered is reset', () => {
  const client = new End(true);
  const asking = client.open();
  client.session.tick(80_000);
  assert.deepEqual([client.closedBy, asking.failure], ['stream open timeout', 'stream open timeout']);
  const server = new End(false);
  server.receive('000100010000000100000000');
  server.accepted[0]?.stream?.end();
  server.take();
  for (let now = 30_000; now <= 300_000; now += 30_000) {
    server.session.tick(now);
    const pings = server.take();
    const isAsking = pings.length > 0 && pings[1] === 2;
    if (isAsking)
      server.session.receive(Buffer.from(`00020002${'00000000'}${pings.toString('hex', 8, 12)}`, 'hex'), now);
  }
  assert.deepEqual([server.session.streams, server.accepted[0]?.failure], [0, 'connection reset']);
});

test('nothing that comes in throws, and what is kept of it is bounded', () => {
  const frame = fc
    .tuple(fc.nat(4), fc.nat(15), fc.nat(9), fc.oneof(fc.nat(40), fc.nat(300_000)), fc.uint8Array({ maxLength: 40 }))
    .map(([type, flags, stream, length, payload]) => {
      const header = Buffer.alloc(12);
      header[1] = type;
      header.writeUInt16BE(flags, 2);
      header.writeUInt32BE(stream, 4);
      header.writeUInt32BE(length, 8);
      return Buffer.concat([header, payload]);
    });
  fc.assert(
    fc.property(
      fc.array(fc.oneof(frame, fc.uint8Array({ maxLength: 30 })), { maxLength: 60 }),
      fc.boolean(),
      (input, dials) => {
        const end = new End(dials, { streams: 4, unaccepted: 4 });
        for (const bytes of input) end.session.receive(Buffer.from(bytes), 0);
        assert.ok(end.session.streams <= 4);
        end.take();
        end.session.close('over');
        assert.equal(end.session.unsent, 0);
      },
    ),
    { numRuns: 500 },
  );
});
