import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UnreadBytes } from '../../../src/msgpack/unread-bytes.js';

test('what was put back is tried again when twice as much is there', () => {
  const unread = new UnreadBytes(1000);
  unread.add(Buffer.from('abc'));
  unread.putBack(unread.take()?.subarray(1) ?? Buffer.from('nothing'));
  unread.add(Buffer.from('d'));
  assert.equal(unread.take(), null);
  unread.add(Buffer.from('e'));
  assert.equal(String(unread.take()), 'bcde');
  assert.equal(unread.length, 0);
});

test('at the end of the stream nothing is waited for', () => {
  const unread = new UnreadBytes(1000);
  unread.putBack(Buffer.from('ab'));
  unread.add(Buffer.from('c'));
  assert.equal(unread.take(), null);
  assert.equal(String(unread.takeAll()), 'abc');
  assert.equal(String(unread.takeAll()), '');
});

test('a value is waited for no longer than values may be', () => {
  const unread = new UnreadBytes(10);
  unread.putBack(Buffer.alloc(9));
  unread.add(Buffer.alloc(1));
  assert.equal(unread.take(), null);
  unread.add(Buffer.alloc(1));
  assert.equal(unread.take()?.length, 11);
});
