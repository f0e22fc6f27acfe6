// Public messages: what is written is read again, whatever it holds; what is cut off or of another type isn't taken for a message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bool,
  bytes,
  choice,
  int32,
  text,
  texts,
  uint64,
} from '../../../../../src/workers/state/grpc/messages/kinds.js';
import { framed, inner, inners, message, textMap } from '../../../../../src/workers/state/grpc/messages/message.js';

const part = message('p.Part', { name: [1, text], all: [2, texts] });
const whole = message('p.Whole', {
  title: [1, text],
  data: [2, bytes],
  is: [3, bool],
  count: [4, int32],
  one: [5, choice('c', inner(part))],
  many: [6, inners(part)],
  tags: [17, textMap],
  big: [500, uint64],
});

const HEADER = 5;
const plain = { noNullPrototype: true };
const partRow = fc.record(
  { name: fc.string({ unit: 'grapheme' }), all: fc.array(fc.string({ unit: 'grapheme' })) },
  plain,
);
const row = fc.record(
  {
    title: fc.string({ unit: 'grapheme' }),
    data: fc.uint8Array().map((data) => Buffer.from(data)),
    is: fc.boolean(),
    count: fc.nat(),
    one: fc.option(partRow),
    many: fc.array(partRow),
    tags: fc.dictionary(
      fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('__proto__', 'constructor')),
      fc.string(),
    ),
    big: fc.maxSafeNat(),
  },
  plain,
);

function written(value: typeof whole.zero): Buffer {
  return framed(whole, value).subarray(HEADER);
}

test('what is written is read again', () => {
  fc.assert(
    fc.property(row, (value) => {
      const read = whole.read(written(value));
      assert.ok(read !== null);
      assert.deepEqual({ ...read, tags: { ...read.tags } }, { ...value, tags: { ...value.tags } });
    }),
  );
});

test('a message that is cut off is none, or one that says less', () => {
  fc.assert(
    fc.property(row, fc.nat(), (value, at) => {
      const sent = written(value);
      const cut = sent.subarray(0, sent.length === 0 ? 0 : at % sent.length);
      const read = whole.read(cut);
      assert.ok(read === null || written(read).length <= sent.length);
    }),
  );
});

test('any bytes are read or refused, and nothing of one message is seen in the next', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (given) => {
      whole.read(Buffer.from(given));
      assert.deepEqual(whole.read(Buffer.alloc(0)), whole.zero);
      assert.deepEqual([whole.zero.many, Object.keys(whole.zero.tags)], [[], []]);
    }),
  );
});

test('a field of another type refuses the message, an unknown one is passed over', () => {
  assert.equal(whole.read(Buffer.from([0x08, 1])), null, 'a number in place of the title');
  assert.equal(whole.read(Buffer.from([0x1a, 0])), null, 'bytes in place of a bool');
  assert.equal(whole.read(Buffer.from([0x2a, 1, 0x08])), null, 'no message within');
  assert.deepEqual(whole.read(Buffer.from([0x58, 1])), whole.zero);
});

test('numbers beyond 2^53 are written as they are', () => {
  const wide = written({ ...whole.zero, big: 2n ** 64n - 1n });
  assert.equal(wide.toString('hex'), 'a01fffffffffffffffffff01');
});
