// Members on their way between threads come out as they went in.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
import fc from 'fast-check';
import type { Member, MemberChanges } from '../../../src/wire/gossip-pools.js';
import { type PackedChanges, packChanges, unpackChanges } from '../../../src/wire/packed-members.js';

const byte = fc.nat(255);
const member: fc.Arbitrary<Member> = fc.record(
  {
    name: fc.string({ unit: 'binary' }),
    address: fc.oneof(fc.ipV4(), fc.ipV6()),
    port: fc.nat(65_535),
    tags: fc.json(),
    status: fc.nat(4),
    protocolMin: byte,
    protocolMax: byte,
    protocolCurrent: byte,
    delegateMin: byte,
    delegateMax: byte,
    delegateCurrent: byte,
    takesPackedLog: fc.constant(true as const),
  },
  {
    requiredKeys: [
      ...(['name', 'address', 'port', 'tags', 'status', 'protocolMin', 'protocolMax', 'protocolCurrent'] as const),
      ...(['delegateMin', 'delegateMax', 'delegateCurrent'] as const),
    ],
    noNullPrototype: true,
  },
);
const changes: fc.Arbitrary<MemberChanges> = fc.record(
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
