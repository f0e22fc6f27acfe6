// Properties of the codec: agreement with an independent implementation in both directions, and behaviour on damaged
// input.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { decode, encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { DecodeError } from '../../../src/msgpack/errors.js';
import { decodeCommand, encodeCommand } from '../../../src/wasm/commands.js';
import { decodeStruct, encodeStruct } from '../../../src/wasm/struct.js';
import { kvsSchema, registerSchema } from '../../../src/wire/schema/commands.js';
import { fieldsOf, isLaterField, type Kind, type StructSchema } from '../../../src/wire/schema/kinds.js';
import { autopilotSchema, sessionSchema } from '../../../src/wire/schema/state.js';
import { txnSchema } from '../../../src/wire/schema/txn.js';
import { arbitrary } from './arbitrary.js';

const SCHEMAS: readonly StructSchema<object>[] = [registerSchema, kvsSchema, sessionSchema, txnSchema, autopilotSchema];

function structOf(schema: StructSchema<object>): Kind {
  return { kind: 'struct', schema, nullable: false };
}

function number(value: unknown): unknown {
  return typeof value === 'bigint' && value <= 2n ** 53n - 1n && value >= -(2n ** 53n) + 1n ? Number(value) : value;
}

/** The other implementation's view (strings as bytes, 64-bit integers as bigint) as ours. */
function fromOther(kind: Kind, value: unknown): unknown {
  if (value === null) return null;
  if (typeof kind === 'object') {
    if (kind.kind === 'list') return (value as unknown[]).map((item) => fromOther(kind.of, item));
    const members = Object.entries(value as object);
    if (kind.kind === 'map') return Object.fromEntries(members.map(([key, item]) => [key, fromOther(kind.of, item)]));
    const kinds = Object.fromEntries(fieldsOf(kind.schema));
    const there = Object.fromEntries(members.map(([key, item]) => [key, fromOther(kinds[key] ?? 'nil', item)]));
    const later = Object.entries(kinds).filter(([, of]) => isLaterField(of));
    return { ...Object.fromEntries(later.map(([key]) => [key, null])), ...there };
  }
  if (kind === 'bytes') return Uint8Array.from(value as Uint8Array);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map((item) => fromOther('dynamic', item));
  if (typeof value === 'object') {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fromOther('dynamic', item)]));
  }
  return number(value);
}

/** Members in another order; integers beyond 32 bits as bigint, without which the other implementation writes floats. */
function shuffled(value: unknown, seed: number): unknown {
  if (Number.isSafeInteger(value) && Math.abs(value as number) > 2 ** 31) return BigInt(value as number);
  if (Array.isArray(value)) return value.map((item) => shuffled(item, seed));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, item]): [string, unknown] => [key, shuffled(item, seed)])
      .sort(([a], [b]) => ((a.length * 31 + seed) % 7) - ((b.length * 31 + seed) % 7)),
  );
}

describe('the codec and another implementation', () => {
  for (const schema of SCHEMAS) {
    it(`${schema.name}: what we write reads there as the same, and here`, () => {
      fc.assert(
        fc.property(arbitrary(structOf(schema)), (value) => {
          const bytes = encodeStruct(schema, value as object);
          const there = decode(bytes, { rawStrings: true, useBigInt64: true });
          assert.deepEqual(fromOther(structOf(schema), there), value);
          assert.deepEqual(decodeStruct(schema, bytes), { value, next: bytes.length });
        }),
        { numRuns: 60 },
      );
    });

    it(`${schema.name}: what is written there in any order, with str8 and bin, reads here`, () => {
      fc.assert(
        fc.property(arbitrary(structOf(schema)), fc.nat(6), (value, seed) => {
          const extended = { zzz: [1, { a: new Uint8Array(3) }, -5.5], ...(shuffled(value, seed) as object), Aaa: 'x' };
          const bytes = encode(extended, { useBigInt64: true });
          assert.deepEqual(decodeStruct(schema, bytes), { value, next: bytes.length });
        }),
        { numRuns: 60 },
      );
    });
  }
});

describe('damaged messages', () => {
  const command = fc.oneof(
    arbitrary(structOf(registerSchema)).map((body) => ({ type: 0, body })),
    arbitrary(structOf(kvsSchema)).map((body) => ({ type: 2, body })),
    arbitrary(structOf(txnSchema)).map((body) => ({ type: 8, body })),
  );

  function decodeOrRefuse(bytes: Uint8Array): void {
    try {
      decodeCommand(bytes);
    } catch (error) {
      assert.ok(error instanceof DecodeError, String(error));
      assert.ok(error.offset >= 0 && error.offset <= bytes.length);
    }
  }

  it('every truncation is refused', () => {
    fc.assert(
      fc.property(command, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (value, part) => {
        const bytes = encodeCommand(value as never);
        assert.throws(() => decodeCommand(bytes.slice(0, Math.floor(bytes.length * part))), DecodeError);
      }),
      { numRuns: 200 },
    );
  });

  it('flipped bytes either read as something or are refused', () => {
    fc.assert(
      fc.property(
        command,
        fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 6 }),
        (value, changes) => {
          const bytes = encodeCommand(value as never);
          for (const [at, byte] of changes) bytes[1 + (at % (bytes.length - 1))] = byte;
          decodeOrRefuse(bytes);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('random bytes are refused or read as something', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0, 1, 2, 3, 5, 6, 8, 9, 31),
        fc.uint8Array({ maxLength: 60, size: 'max' }),
        (type, bytes) => {
          decodeOrRefuse(Uint8Array.of(type, ...bytes));
        },
      ),
      { numRuns: 500 },
    );
  });

  it('a refused message leaves no strings behind for the next', () => {
    const good = { type: 2, body: { Datacenter: 'dc-abc', Token: 'tok-1', Op: 'set', DirEnt: null } };
    const bytes = Uint8Array.of(2, ...encode({ ...good.body, DirEnt: { Key: 'some/key' } }));
    const broken = Uint8Array.of(2, ...encode({ Datacenter: 'never-made-1', Op: 'never-made-2', Token: 5 }));
    for (let i = 0; i < 3; i += 1) {
      assert.throws(() => decodeCommand(broken), DecodeError);
      const fine = Uint8Array.of(2, ...encode({ Datacenter: 'never-made-1', Op: 'never-made-2', Token: '5' }));
      const { body } = decodeCommand(fine) as { body: { Datacenter: string; Op: string } };
      assert.equal(body.Datacenter, 'never-made-1');
      assert.equal(body.Op, 'never-made-2');
      decodeCommand(bytes);
    }
  });
});
