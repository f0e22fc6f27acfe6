// The bar of a command that does many things: on a terminal, and nowhere else.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Progress } from '../../../src/cli/services/progress.js';

function output(isTTY: boolean): { isTTY: boolean; written: string; write(text: string): boolean } {
  return {
    isTTY,
    written: '',
    write(text) {
      this.written += text;
      return true;
    },
  };
}

test('a bar is drawn on a terminal and taken away again', () => {
  const out = output(true);
  const progress = new Progress('Registering', 4_000, out);
  for (let at = 0; at < 1_000; at += 1) progress.advance();
  // Not for each of them.
  assert.ok(out.written.split('\r').length < 500);
  assert.match(out.written, /^\rRegistering \[ {30}\] 0 % \(1 of 4,000\)\x1b\[K/);
  progress.clear();
  assert.match(out.written, /\r\x1b\[K$/);
  const { length } = out.written;
  progress.clear();
  assert.equal(out.written.length, length);
});

test('nothing is drawn elsewhere', () => {
  const out = output(false);
  const progress = new Progress('Registering', 10, out);
  for (let at = 0; at < 10; at += 1) progress.advance();
  progress.clear();
  assert.equal(out.written, '');
});
