import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeFilter, readFilter } from '../../../../../src/main/gossip/serf/protocol/filters.js';
import * as serf from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { readMessages } from '../../../../../src/main/gossip/wire/packet-messages.js';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface MessageCase {
  readonly name: string;
  readonly hex: string;
  readonly type?: number;
  readonly typeName?: string;
  readonly filterType?: number;
  readonly decoded: { readonly [field: string]: unknown } | null;
}

/** Re-encodes a message by its kind; null for one that can't be read. */
function again<T>(kind: Kind<T>): (message: Uint8Array) => { bytes: string; value: unknown } | null {
  return (message) => {
    const read = decode(kind, message, 1);
    return read.ok ? { bytes: toHex(encode(kind, read.value, message[0] ?? null)), value: read.value } : null;
  };
}
const kinds: { readonly [type: number]: ReturnType<typeof again> } = {
  [serf.LEAVE]: again(serf.leaveIntent),
  [serf.JOIN]: again(serf.joinIntent),
  [serf.STATE]: again(serf.serfState),
  [serf.USER_EVENT]: again(serf.userEvent),
  [serf.QUERY]: again(serf.query),
  [serf.QUERY_RESPONSE]: again(serf.queryResponse),
  [serf.CONFLICT_RESPONSE]: again(serf.conflictResponse),
  [serf.KEY_REQUEST]: again(serf.keyRequest),
  [serf.KEY_RESPONSE]: again(serf.keyResponse),
};

/** Maps as plain objects, as the recordings have them. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Uint8Array || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(plain);
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
}

const { cases } = readVectors<MessageCase>('serf-messages');

test('every recorded Serf message decodes and encodes to the recorded bytes', () => {
  const messages = cases.filter(({ type }) => type !== undefined && type !== serf.RELAY);
  assert.ok(messages.length >= 19);
  for (const { name, type, hex, decoded } of messages) {
    const result = kinds[type ?? -1]?.(fromHex(hex));
    assert.ok(result !== undefined && result !== null, name);
    assert.equal(result.bytes, hex, name);
    if (decoded === null || !('Events.length' in decoded)) assert.deepEqual(plain(result.value), decoded, name);
    else assert.equal((result.value as serf.SerfState).Events?.length, decoded['Events.length']);
  }
});

test('flags say what a query wants and what a response is', () => {
  const flagsOf = (name: string) => Number(cases.find((item) => item.name === name)?.decoded?.['Flags']);
  assert.equal(flagsOf('query'), 0);
  assert.equal(flagsOf('query, no rebroadcast flag'), serf.QUERY_WANTS_ACK | serf.QUERY_NO_BROADCAST);
  assert.equal(flagsOf('query ack'), serf.RESPONSE_IS_ACK);
  assert.equal(flagsOf('query response'), 0);
});

test('a relayed message comes out whole', () => {
  const relays = cases.filter(({ hex }) => hex.startsWith('09'));
  assert.equal(relays.length, 2);
  for (const { name, hex, decoded } of relays) {
    const message = serf.readSerfMessage(fromHex(hex));
    assert.ok(message?.type === 'relay', name);
    assert.equal(toHex(encode(serf.relayHeader, message.header, serf.RELAY)) + toHex(message.inner), hex, name);
    const inner = serf.readSerfMessage(message.inner);
    assert.ok(inner?.type === 'queryResponse', name);
    assert.deepEqual(inner.body, decoded?.['inner'], name);
    assert.equal(message.header.DestName, 'node1');
  }
});

test('recorded filters are read and written', () => {
  const filters = cases.filter(({ filterType }) => filterType !== undefined);
  assert.equal(filters.length, 2);
  for (const { name, hex, decoded } of filters) {
    const filter = readFilter(fromHex(hex));
    assert.ok(filter !== null, name);
    assert.deepEqual(filter.kind === 'nodes' ? filter.names : filter.filter, decoded, name);
    assert.equal(toHex(encodeFilter(filter)), hex, name);
  }
  for (const bytes of [null, new Uint8Array(0), fromHex('0290'), fromHex('0081'), fromHex('0191ff')]) {
    assert.equal(readFilter(bytes), null);
  }
});

test('all that three Serf nodes said to each other is read', () => {
  const packets = readVectors<{ readonly name: string; readonly plainHex: string }>('live-packets').cases;
  let users = 0;
  for (const { name, plainHex } of packets) {
    const plainBytes = fromHex(plainHex);
    for (const message of readMessages(plainBytes[0] === 12 ? plainBytes.subarray(5) : plainBytes).messages) {
      if (message.type !== 'user') continue;
      users += 1;
      const read = serf.readSerfMessage(message.payload);
      assert.ok(read !== null, name);
    }
  }
  assert.ok(users >= 40, `${users} user messages`);
});

test('what has no place in a user message, or is damaged, is refused; nothing throws', () => {
  for (const hex of ['', '02', '06c0', '0780', '0880', '2a80', '0181', '03ff']) {
    assert.equal(serf.readSerfMessage(fromHex(hex)), null, hex);
  }
  const mutation = fc.record({
    item: fc.constantFrom(...cases),
    flips: fc.array(fc.record({ at: fc.nat(), bit: fc.nat(7) }), { minLength: 1, maxLength: 5 }),
  });
  fc.assert(
    fc.property(mutation, ({ item, flips }) => {
      const message = Uint8Array.from(fromHex(item.hex));
      for (const { at, bit } of flips) message[at % message.length] = (message[at % message.length] ?? 0) ^ (1 << bit);
      serf.readSerfMessage(message);
      kinds[message[0] ?? 0]?.(message);
      readFilter(message);
    }),
    { numRuns: 3000 },
  );
});
