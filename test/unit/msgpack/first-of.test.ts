import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { decode, decodeSteps, encode } from '../../../src/msgpack/codec.js';
import { list } from '../../../src/msgpack/collections.js';
import { firstOf } from '../../../src/msgpack/first-of.js';
import { type Kind, text, u32 } from '../../../src/msgpack/kinds.js';
import { struct } from '../../../src/msgpack/struct.js';

interface Shelf {
  readonly Names: readonly string[] | null;
  readonly Zone: number;
}
const MOST = 5;
const sent: Kind<Shelf> = struct<Shelf>({ Names: list(text), Zone: u32 });
const read: Kind<Shelf> = struct<Shelf>({ Names: firstOf(text, MOST), Zone: u32 });

/** What it comes to in slices, and in how many. */
function inSteps(bytes: Uint8Array) {
  const steps = decodeSteps(read, bytes);
  for (let slices = 1; ; slices += 1) {
    const step = steps.next();
    if (step.done === true) return { outcome: step.value, slices };
  }
}

test('of too many the first are taken, and what follows the list is read', () => {
  fc.assert(
    fc.property(fc.option(fc.array(fc.string(), { maxLength: 12 })), fc.nat(1000), (Names, Zone) => {
      const bytes = encode(sent, { Names, Zone });
      const expected = { ok: true, value: { Names: Names?.slice(0, MOST) ?? null, Zone }, next: bytes.length };
      assert.deepEqual(decode(read, bytes), expected);
      assert.deepEqual(inSteps(bytes).outcome, expected);
      for (let length = 0; length < bytes.length; length += 1) {
        const cut = decode(read, bytes.subarray(0, length));
        assert.ok(!cut.ok && cut.problem === 'truncated');
        assert.deepEqual(inSteps(bytes.subarray(0, length)).outcome, cut);
      }
    }),
  );
});

test('it is written as a list', () => {
  const shelf = { Names: ['a', 'b'], Zone: 1 };
  assert.deepEqual(encode(read, shelf), encode(sent, shelf));
});

/** `Names` of so many nils, each a byte, and `Zone` 7. */
function nilsOf(count: number): Buffer {
  const head = Buffer.from('82a54e616d6573dd00000000', 'hex');
  head.writeUInt32BE(count, head.length - 4);
  return Buffer.concat([head, Buffer.alloc(count, 0xc0), Buffer.from('a45a6f6e6507', 'hex')]);
}

test('a great many are passed over in slices, and count as the few that are made', () => {
  const bytes = nilsOf(3_000_000);
  const { outcome, slices } = inSteps(bytes);
  assert.deepEqual(outcome, { ok: true, value: { Names: ['', '', '', '', ''], Zone: 7 }, next: bytes.length });
  assert.ok(slices > 50, String(slices));
});

test('what is wrong in the rest is found', () => {
  const bytes = nilsOf(100);
  bytes[80] = 0xc1;
  const outcome = decode(read, bytes);
  assert.ok(!outcome.ok && outcome.problem === 'wrong-type');
  const early = nilsOf(100);
  early[14] = 7;
  const second = decode(read, early);
  assert.ok(!second.ok && second.place === 'Names[2]', second.ok ? '' : second.place);
});
