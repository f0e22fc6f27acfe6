import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encodeCoordinate, readCoordinate } from '../../../../../src/main/gossip/serf/coordinates/coordinate.js';
import { Vivaldi } from '../../../../../src/main/gossip/serf/coordinates/vivaldi.js';
import { distanceNs, ORIGIN } from '../../../../../src/wire/coordinate.js';
import type { Coordinate } from '../../../../../src/wire/gossip-pools.js';
import { seeded } from '../core/rig.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface Bits {
  readonly Adjustment: string;
  readonly Error: string;
  readonly Height: string;
  readonly Vec: readonly string[];
}
interface Step {
  readonly node: string;
  readonly other: Coordinate;
  readonly rttNs: number;
  readonly resultBits: Bits;
  readonly distanceToOtherNs: number;
}
interface CoordinateCase {
  readonly name: string;
  readonly start?: Coordinate;
  readonly steps?: readonly Step[];
  readonly error?: string;
  readonly rttNs?: number;
  readonly a?: Coordinate;
  readonly b?: Coordinate;
  readonly distanceNs?: number;
  readonly decoded?: Coordinate;
  readonly hex?: string;
}

const { cases } = readVectors<CoordinateCase>('coordinate');

function bits(value: number): string {
  const buffer = Buffer.alloc(8);
  buffer.writeDoubleBE(value);
  return buffer.toString('hex');
}

function bitsOf(place: Coordinate): Bits {
  return {
    Adjustment: bits(place.Adjustment),
    Error: bits(place.Error),
    Height: bits(place.Height),
    Vec: place.Vec.map(bits),
  };
}

test('recorded observations move the coordinate to the recorded bits', () => {
  const sequences = cases.filter(({ steps }) => steps !== undefined);
  assert.equal(sequences.length, 4);
  let count = 0;
  for (const { name, start, steps } of sequences) {
    const vivaldi = new Vivaldi(seeded(1), start);
    for (const { node, other, rttNs, resultBits, distanceToOtherNs } of steps ?? []) {
      assert.equal(vivaldi.observe(node, other, rttNs), null, name);
      assert.deepEqual(bitsOf(vivaldi.coordinate), resultBits, name);
      assert.equal(distanceNs(vivaldi.coordinate, other), distanceToOtherNs, name);
      count += 1;
    }
  }
  assert.equal(count, 39);
});

test('observations that make no sense are refused with the recorded text and change nothing', () => {
  const others: { readonly [name: string]: Coordinate } = {
    'refused: NaN': { ...ORIGIN, Height: Number.NaN },
    'refused: other dimension': { ...ORIGIN, Vec: [0, 0] },
  };
  const refused = cases.filter(({ error }) => error !== undefined);
  assert.equal(refused.length, 4);
  for (const { name, error, rttNs } of refused) {
    const vivaldi = new Vivaldi(seeded(1));
    assert.equal(vivaldi.observe('a', others[name] ?? ORIGIN, rttNs ?? 0), error, name);
    assert.equal(vivaldi.coordinate, ORIGIN);
  }
});

test('recorded distances and payloads', () => {
  const distances = cases.filter((item) => item.distanceNs !== undefined);
  assert.equal(distances.length, 4);
  for (const { name, a = ORIGIN, b = ORIGIN, distanceNs: recorded } of distances) {
    assert.equal(distanceNs(a, b), recorded, name);
    assert.equal(distanceNs(b, a), recorded, name);
  }
  const payloads = cases.filter(({ hex }) => hex !== undefined);
  assert.equal(payloads.length, 2);
  for (const { name, hex = '', decoded = ORIGIN } of payloads) {
    assert.equal(toHex(encodeCoordinate(decoded)), hex, name);
    assert.deepEqual(readCoordinate(fromHex(hex)), { ...decoded }, name);
  }
});

test('payloads that are empty, newer or broken are no coordinates', () => {
  for (const hex of ['', '0284', '01', '0181a3566563']) assert.equal(readCoordinate(fromHex(hex)), null, hex);
  assert.deepEqual(readCoordinate(fromHex('0180')), { Vec: [], Error: 0, Adjustment: 0, Height: 0 });
});

test('whatever others claim, the coordinate stays finite', () => {
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.double({ min: -1, max: 1, noNaN: true }),
  );
  const other = fc.record(
    { Vec: fc.array(value, { minLength: 8, maxLength: 8 }), Error: value, Adjustment: value, Height: value },
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(fc.array(fc.tuple(other, fc.nat(10_000_000)), { maxLength: 20, size: 'max' }), (observations) => {
      const vivaldi = new Vivaldi(seeded(1));
      for (const [place, rttNs] of observations) vivaldi.observe('a', place, rttNs);
      const { coordinate } = vivaldi;
      const numbers = [...coordinate.Vec, coordinate.Error, coordinate.Adjustment, coordinate.Height];
      assert.ok(numbers.every(Number.isFinite));
    }),
    { numRuns: 300 },
  );
});

test('a ring of members finds its distances', () => {
  const random = seeded(5);
  const members = Array.from({ length: 16 }, () => new Vivaldi(random));
  const trueNs = (i: number, j: number) => {
    const steps = Math.min(Math.abs(i - j), 16 - Math.abs(i - j));
    return 2e6 + steps * 5e6;
  };
  for (let round = 0; round < 800; round += 1) {
    members.forEach((member, i) => {
      const j = Math.floor(random() * 16);
      const other = members[j];
      if (other !== undefined && j !== i) member.observe(String(j), other.coordinate, trueNs(i, j));
    });
  }
  let error = 0;
  members.forEach((a, i) => {
    members.forEach((b, j) => {
      if (i !== j) error += Math.abs(distanceNs(a.coordinate, b.coordinate) - trueNs(i, j)) / trueNs(i, j);
    });
  });
  assert.ok(error / 240 < 0.15, `mean relative error ${error / 240}`);
});
