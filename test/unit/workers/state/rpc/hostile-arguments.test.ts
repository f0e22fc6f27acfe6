import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, encode } from '../../../../../src/msgpack/codec.js';
import type { Kind } from '../../../../../src/msgpack/kinds.js';
import { rpcRows } from '../../../../../src/workers/state/rpc/rpc-methods.js';
import { recordedCalls } from './recorded-calls.js';

/** Text of any kind, names that an object has by itself among it. */
const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom('__proto__', 'constructor', 'toString', '\u0000', '../../../..', '\ud83d\ude00'),
);
const anyUint64 = fc
  .bigInt({ min: 0n, max: 2n ** 64n - 1n })
  .map((value) => (value < 2n ** 53n ? Number(value) : value));

/** Another value of the same kind. */
function another(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value === 'string') return hostileText;
  if (typeof value === 'boolean') return fc.boolean();
  return fc.constant(value);
}

const NUMBERS_OF_64_BITS = new Set(['MinQueryIndex', 'Index', 'Flags', 'LockIndex']);

function changed(record: object): fc.Arbitrary<object> {
  const members = Object.entries(record).map(([name, value]) => [
    name,
    NUMBERS_OF_64_BITS.has(name) ? anyUint64 : another(value),
  ]);
  return fc.record(Object.fromEntries(members) as { [name: string]: fc.Arbitrary<unknown> });
}

test('whatever texts, flags and 64-bit numbers arguments hold, they arrive as they were sent', () => {
  for (const row of rpcRows) {
    const kind = row.arguments as Kind<object>;
    fc.assert(
      fc.property(changed(kind.zero), (args) => {
        const read = decode(kind, encode(kind, args));
        assert.ok(read.ok);
        assert.deepEqual({ ...read.value }, { ...args });
      }),
      { numRuns: 30 },
    );
  }
});

const calls = recordedCalls().flatMap(({ name, row, request, reply }) => [
  { name, kind: row.arguments as Kind<unknown>, body: request },
  { name, kind: row.reply as Kind<unknown>, body: reply },
]);

test('a message that ends too early is refused at every length, and asks for more', () => {
  for (const { name, kind, body } of calls) {
    if (body === null || body.length > 3000) continue;
    for (let length = 0; length < body.length; length += 1) {
      const read = decode(kind, body.subarray(0, length));
      assert.ok(!read.ok && read.problem === 'truncated', `${name}: ${length}`);
    }
  }
});

test('damaged messages are read or refused; nothing throws', () => {
  fc.assert(
    fc.property(fc.constantFrom(...calls), fc.nat(), fc.integer({ min: 0, max: 255 }), ({ kind, body }, at, byte) => {
      if (body === null) return;
      const damaged = Uint8Array.from(body);
      damaged[at % damaged.length] = byte;
      const read = decode(kind, damaged);
      assert.equal(typeof read.ok, 'boolean');
    }),
    { numRuns: 5000 },
  );
});

/** An array header that promises four thousand million elements. */
const ENDLESS = [0xdd, 0xff, 0xff, 0xff, 0xff];

function withField(name: string, value: readonly number[]): Uint8Array {
  return Uint8Array.from([0x81, 0xa0 + name.length, ...Buffer.from(name), ...value]);
}

/** The same for a row whose arguments are one raw value, in which the kind of an entry stands before the map. */
function bodyOf(kind: Kind<object>, map: Uint8Array): Uint8Array {
  const [mark = 0] = encode(kind, kind.zero);
  if (mark !== 0xda) return map;
  const entryKind = Buffer.from('service-defaults');
  const length = 1 + entryKind.length + map.length;
  return Uint8Array.from([0xda, length >> 8, length & 255, 0xa0 + entryKind.length, ...entryKind, ...map]);
}

test('a list that promises more than is there, and nesting without end, are refused at once', () => {
  const deep = [...new Array<number>(20_000).fill(0x91), 0xc0];
  for (const row of rpcRows) {
    const kind = row.arguments as Kind<object>;
    for (const [name, zero] of Object.entries(kind.zero)) {
      const endless = decode(kind, bodyOf(kind, withField(name, ENDLESS)));
      assert.ok(!endless.ok, `${row.method.name}.${name}`);
      const nested = decode(kind, bodyOf(kind, withField(name, deep)));
      assert.ok(!nested.ok || zero === null, `${row.method.name}.${name}`);
    }
    const unknown = decode(kind, bodyOf(kind, withField('Unknown', deep)));
    assert.ok(unknown.ok, row.method.name);
  }
});
