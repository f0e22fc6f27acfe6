// Messages of gRPC on a stream: one is read however it is cut, and no chunk is written into what isn't the frame's own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FrameRead, SingleFrame } from '../../../../../../src/workers/state/rpc/grpc/frame.js';

function framed(message: Uint8Array): Buffer {
  const header = Buffer.alloc(5);
  header.writeUInt32BE(message.length, 1);
  return Buffer.concat([header, message]);
}

test('a message is read however it is cut, and the pieces stay as they were', () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 });
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), sizes, (message, sizes) => {
      const sent = framed(message);
      const bytes = Buffer.from(sent);
      const frame = new SingleFrame(300);
      let read: FrameRead = { kind: 'more' };
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        assert.equal(read.kind, 'more');
        const size = sizes[turn % sizes.length] ?? 1;
        read = frame.add(bytes.subarray(at, at + size));
        at += size;
      }
      assert.deepEqual(read, { kind: 'message', message: sent.subarray(5) });
      assert.deepEqual(bytes, sent);
      assert.equal(frame.add(Buffer.of(0)).kind, 'trailing');
    }),
  );
});

test('a message in single bytes costs no more than its length', () => {
  const bytes = framed(Buffer.alloc(4 * 1024 * 1024));
  const frame = new SingleFrame(bytes.length);
  let last = '';
  const { user } = process.cpuUsage();
  for (let at = 0; at < bytes.length; at += 64) last = frame.add(bytes.subarray(at, at + 64)).kind;
  assert.equal(last, 'message');
  // Each chunk copied again for every one that follows would be 128 GiB.
  assert.ok(process.cpuUsage().user - user < 5_000_000);
});
