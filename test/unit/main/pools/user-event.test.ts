import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readSerfMessage } from '../../../../src/main/gossip/serf/protocol/messages.js';
import { decodeUserEvent, encodeUserEvent, newLeaderEvent } from '../../../../src/main/pools/user-event.js';
import type { FiredEvent } from '../../../../src/wire/gossip-pools.js';
import { fromHex, readVectors, toHex } from '../gossip/vectors.js';

interface Case {
  readonly name: string;
  readonly decoded?: {
    readonly ID: string;
    readonly Name: string;
    readonly Payload: Uint8Array | null;
    readonly NodeFilter: string;
    readonly ServiceFilter: string;
    readonly TagFilter: string;
    readonly Version: number;
  };
  readonly payloadHex?: string;
  readonly serfMessage: { readonly Name: string; readonly Payload: Uint8Array };
  readonly serfMessageHex: string;
}

function decode(payload: Uint8Array | null, name = 'consul:event:deploy', lTime = 5): FiredEvent | null {
  return decodeUserEvent({ kind: 'userEvent', name, lTime, payload, canCoalesce: false });
}

test('recorded events are read, and written byte by byte the same', () => {
  const { cases } = readVectors<Case>('consul-user-event');
  let count = 0;
  for (const { name, decoded, payloadHex, serfMessage, serfMessageHex } of cases) {
    if (decoded === undefined || payloadHex === undefined) continue;
    count += 1;
    const message = readSerfMessage(fromHex(serfMessageHex));
    assert.ok(message?.type === 'userEvent', name);
    const event = decode(message.body.Payload, message.body.Name, Number(message.body.LTime));
    assert.deepEqual(
      event,
      {
        id: decoded.ID,
        name: decoded.Name,
        payload: decoded.Payload,
        nodeFilter: decoded.NodeFilter,
        serviceFilter: decoded.ServiceFilter,
        tagFilter: decoded.TagFilter,
        version: decoded.Version,
        lTime: 5,
      },
      name,
    );
    const encoded = encodeUserEvent(event);
    assert.equal(encoded.name, serfMessage.Name, name);
    assert.equal(toHex(encoded.payload), payloadHex, name);
  }
  assert.equal(count, 4);
});

test("Consul's own events are no events of users", () => {
  const leader = readVectors<Case>('consul-user-event').cases.find((entry) => entry.decoded === undefined);
  assert.ok(leader !== undefined);
  assert.equal(decode(leader.serfMessage.Payload, leader.serfMessage.Name), null);
  const { name, payload } = newLeaderEvent('server-1');
  assert.equal(name, leader.serfMessage.Name);
  assert.equal(toHex(payload), toHex(leader.serfMessage.Payload));
  assert.equal(decode(null), null);
  assert.equal(decode(fromHex('c1')), null);
  assert.equal(decode(fromHex('82a24944')), null);
});

test('the older flavour is taken, and a later version', () => {
  const id = '7b0d2e3a-1111-4222-8333-444455556666';
  const old = `84a24944da0024${Buffer.from(id).toString('hex')}a16ea164a170a3010203a17602`;
  assert.deepEqual(decode(fromHex(old)), {
    id,
    name: 'd',
    payload: Uint8Array.of(1, 2, 3),
    nodeFilter: '',
    serviceFilter: '',
    tagFilter: '',
    version: 2,
    lTime: 5,
  });
});

test('the payload is no part of the packet it came in', () => {
  const packet = Buffer.alloc(10_000);
  const { payload } = encodeUserEvent({
    id: '',
    name: 'a',
    payload: Uint8Array.of(1, 2),
    nodeFilter: '',
    serviceFilter: '',
    tagFilter: '',
  });
  packet.set(payload);
  assert.equal(decode(packet.subarray(0, payload.length))?.payload?.buffer.byteLength, 2);
});

test('lengths around the limits of the types', () => {
  for (const length of [0, 31, 32, 255, 256, 65_535, 65_536]) {
    const event = {
      id: 'i',
      name: 'n'.repeat(length),
      payload: new Uint8Array(length),
      nodeFilter: '',
      serviceFilter: '',
      tagFilter: '',
    };
    const { payload } = encodeUserEvent(event);
    const expected = { ...event, payload: length === 0 ? null : event.payload, version: 1, lTime: 5 };
    assert.deepEqual(decode(payload), expected, String(length));
  }
});

test('any event survives, and no payload makes reading it throw', () => {
  const text = fc.string({ unit: 'grapheme' });
  const payload = fc.option(fc.uint8Array({ minLength: 1 }));
  const event = fc.record(
    { id: text, name: text, payload, nodeFilter: text, serviceFilter: text, tagFilter: text },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(event, (fired) => {
      assert.deepEqual(decode(encodeUserEvent(fired).payload), { ...fired, version: 1, lTime: 5 });
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100, size: 'max' }), (bytes) => {
      decode(bytes);
    }),
  );
});
