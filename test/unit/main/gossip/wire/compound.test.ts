import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { joinMessages, splitCompound } from '../../../../../src/main/gossip/wire/compound.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface CompoundCase {
  readonly name: string;
  readonly hex: string;
  readonly parts?: readonly string[];
  readonly delivered?: readonly string[];
  readonly error?: string;
  readonly truncatedMessages?: number;
}

test('recorded compounds split into the recorded parts and are built from them', () => {
  const { cases } = readVectors<CompoundCase>('compound');
  assert.ok(cases.length >= 10);
  for (const { name, hex, parts, delivered, error, truncatedMessages } of cases) {
    const split = splitCompound(fromHex(hex));
    if (error !== undefined) {
      assert.equal(split, null, name);
      continue;
    }
    assert.ok(split !== null, name);
    assert.deepEqual(split.parts.map(toHex), parts ?? delivered, name);
    assert.equal(split.truncated, truncatedMessages ?? 0, name);
    if (parts !== undefined && parts.length > 1) {
      assert.deepEqual(joinMessages(parts.map(fromHex)).map(toHex), [hex], name);
    }
  }
});

test('one message is not wrapped; what is more than 255 goes into several packets', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 40, size: 'max' }), { maxLength: 600, size: 'max' }),
      (messages) => {
        const packets = joinMessages(messages);
        if (messages.length === 1) {
          assert.deepEqual(packets, messages);
          return;
        }
        assert.equal(packets.length, Math.ceil(messages.length / 255));
        const parts = packets.flatMap((packet) => splitCompound(packet)?.parts ?? []);
        assert.deepEqual(parts.map(toHex), messages.map(toHex));
      },
    ),
    { numRuns: 100 },
  );
});
