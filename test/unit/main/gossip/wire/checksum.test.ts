import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addChecksum, removeChecksum } from '../../../../../src/main/gossip/wire/checksum.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface CrcCase {
  readonly name: string;
  readonly hex: string;
  readonly inner: string;
}

test('recorded packets are wrapped and unwrapped', () => {
  const { cases } = readVectors<CrcCase>('crc');
  assert.ok(cases.length >= 3);
  for (const { name, hex, inner } of cases) {
    assert.equal(toHex(addChecksum(fromHex(inner))), hex, name);
    const removed = removeChecksum(fromHex(hex));
    assert.ok(removed !== null, name);
    assert.equal(toHex(removed), inner, name);
  }
});

test('a flipped bit anywhere behind the first byte is noticed', () => {
  const packet = addChecksum(fromHex('0383a446726f6d'));
  for (let at = 1; at < packet.length; at += 1) {
    const damaged = Uint8Array.from(packet);
    damaged[at] = (damaged[at] ?? 0) ^ 4;
    assert.equal(removeChecksum(damaged), null);
  }
});

test('what carries no checksum stays as it is, also when it is too short to carry one', () => {
  for (const hex of ['', '0c', '0c000000', '00010203040506']) {
    assert.equal(toHex(removeChecksum(fromHex(hex)) ?? new Uint8Array(1)), hex);
  }
});
