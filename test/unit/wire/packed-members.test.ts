// Members on their way between threads come out as they went in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import {
  type PackedChanges,
  packChanges,
  type ToldChanges,
  type ToldMember,
  unpackChanges,
} from '../../../src/wire/packed-members.js';

function bytes(minLength: number, maxLength = minLength): fc.Arbitrary<Uint8Array> {
  return fc.uint8Array({ minLength, maxLength });
}

const member: fc.Arbitrary<ToldMember> = fc.record(
  {
    name: fc.string({ unit: 'binary' }),
    ip: fc.oneof(bytes(4), bytes(16)),
    port: fc.nat(65_535),
    meta: bytes(0, 512),
    versionBytes: fc.option(bytes(1, 6)),
    status: fc.nat(4),
  },
  { noNullPrototype: true },
);
const changes: fc.Arbitrary<ToldChanges> = fc.record(
  {
    pool: fc.constantFrom('lan' as const, 'wan' as const),
    changed: fc.array(member, { maxLength: 5 }),
    removed: fc.array(fc.string(), { maxLength: 3 }),
  },
  { noNullPrototype: true },
);

test('changes are the same on the other thread', (context) => {
  const { port1, port2 } = new MessageChannel();
  context.after(() => port1.close());
  fc.assert(
    fc.property(changes, (given) => {
      port1.postMessage(packChanges(given));
      const received = receiveMessageOnPort(port2)?.message as PackedChanges;
      assert.deepEqual(unpackChanges(received), given);
    }),
  );
});

test('what stands behind the versions, and no versions, say nothing', () => {
  const ip = Uint8Array.of(10, 0, 0, 1);
  const versionBytesAfter = (versionBytes: Uint8Array): Uint8Array | null | undefined => {
    const told = { name: 'a', ip, port: 1, meta: new Uint8Array(0), versionBytes, status: 1 };
    const { changed } = unpackChanges(packChanges({ pool: 'lan', changed: [told, told], removed: [] }));
    assert.deepEqual(changed[1]?.ip, ip);
    return changed[1]?.versionBytes;
  };
  assert.deepEqual(versionBytesAfter(new Uint8Array(100_000).fill(7)), new Uint8Array(6).fill(7));
  assert.equal(versionBytesAfter(new Uint8Array(0)), null);
});
