import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isLabel, labelHeader, labelOverhead, removeLabel } from '../../../../../src/main/gossip/wire/label.js';
import { fromHex, readVectors, toHex } from '../vectors.js';

interface LabelCase {
  readonly name: string;
  readonly hex: string;
  readonly label?: string;
  readonly inner?: string;
  readonly error?: string;
}

test('recorded label headers are read and written; the refused ones are refused', () => {
  const { cases } = readVectors<LabelCase>('label');
  assert.ok(cases.length >= 7);
  for (const { name, hex, label, inner, error } of cases) {
    const removed = removeLabel(fromHex(hex));
    if (error !== undefined) {
      const problem = error.includes('empty') ? 'empty' : 'truncated';
      assert.deepEqual(removed, { ok: false, problem }, name);
      continue;
    }
    assert.ok(removed.ok && label !== undefined, name);
    assert.equal(Buffer.from(removed.label).toString(), label, name);
    assert.equal(toHex(removed.rest), inner, name);
    const header = labelHeader(Buffer.from(label));
    assert.equal(toHex(header) + inner, hex, name);
    assert.equal(labelOverhead(Buffer.from(label)), header.length, name);
  }
});

test('a label has at most 255 bytes', () => {
  assert.deepEqual(
    [0, 1, 255, 256].map((length) => isLabel(new Uint8Array(length))),
    [true, true, true, false],
  );
});

test('no label, no header', () => {
  assert.equal(labelHeader(new Uint8Array(0)).length, 0);
  assert.equal(labelOverhead(new Uint8Array(0)), 0);
  const removed = removeLabel(fromHex('0383'));
  assert.ok(removed.ok && removed.label.length === 0 && removed.rest.length === 2);
});
