// Fields that a struct doesn't have: what a later version sends is passed over, what nobody sends is refused before it holds
// the thread.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decode, decodeSteps, type Read } from '../../../src/msgpack/codec.js';
import { list } from '../../../src/msgpack/collections.js';
import { type Kind, text, u32 } from '../../../src/msgpack/kinds.js';
import { struct } from '../../../src/msgpack/struct.js';

interface Plain {
  readonly Zone: number;
}
const plain: Kind<Plain> = struct<Plain>({ Zone: u32 });
interface Sliced extends Plain {
  readonly Names: readonly string[] | null;
}
const sliced: Kind<Sliced> = struct<Sliced>({ Names: list(text), Zone: u32 });

function finished<T>(kind: Kind<T>, bytes: Uint8Array): Read<T> {
  const steps = decodeSteps(kind, bytes);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Everything that reads such a struct. */
function outcomes(bytes: Uint8Array) {
  const reads = [decode(plain, bytes), decode(sliced, bytes), finished(sliced, bytes)];
  return reads.map((read) => (read.ok ? read.value.Zone : read.problem));
}

const REFUSED = ['too-many-values', 'too-many-values', 'too-many-values'];

const key = (name: string) => Buffer.concat([Uint8Array.of(0xa0 + name.length), Buffer.from(name)]);
const zone = Buffer.concat([key('Zone'), Uint8Array.of(7)]);

/** `x`, an array of so many nils, and `Zone` 7. */
function withLongField(count: number): Buffer {
  const header = Buffer.alloc(5, 0xdd);
  header.writeUInt32BE(count, 1);
  return Buffer.concat([Uint8Array.of(0x82), key('x'), header, Buffer.alloc(count, 0xc0), zone]);
}

/** So many fields of a nil, and `Zone` 7. */
function withFields(count: number): Buffer {
  const header = Buffer.alloc(5, 0xdf);
  header.writeUInt32BE(count + 1, 1);
  const fields = Array.from({ length: count }, (_, i) => Buffer.concat([key(`x${i}`), Uint8Array.of(0xc0)]));
  return Buffer.concat([header, ...fields, zone]);
}

test('what is unknown is passed over, a long byte value too', () => {
  const long = Buffer.concat([Buffer.from('82a178c600200000', 'hex'), Buffer.alloc(0x200000, 0xc1), zone]);
  for (const bytes of [withLongField(65_000), withFields(1000), long]) assert.deepEqual(outcomes(bytes), [7, 7, 7]);
});

test('too many values in it, or too many fields, are refused', () => {
  for (const bytes of [withLongField(70_000), withFields(2000)]) assert.deepEqual(outcomes(bytes), REFUSED);
});

test('all unknown fields of a struct share what may be passed over', () => {
  const half = withLongField(40_000).subarray(1, -zone.length);
  const twice = Buffer.concat([Uint8Array.of(0x83), half, half, zone]);
  assert.deepEqual(outcomes(twice), REFUSED);
});

test('what is cut off in it wants more bytes', () => {
  const bytes = withLongField(50_000);
  for (const length of [20, 40_000, bytes.length - 1]) {
    const read = decode(plain, bytes.subarray(0, length));
    assert.ok(!read.ok && read.problem === 'truncated' && read.wanted > length && read.wanted <= bytes.length);
  }
});
