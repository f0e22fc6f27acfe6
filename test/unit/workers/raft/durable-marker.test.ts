// The second witness of the Raft log: what it says outlives the process, and a damaged one is never taken for a new one.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { logIndex } from '../../../../src/workers/raft/core/entry.js';
import { MarkerFile } from '../../../../src/workers/raft/store/durable-marker.js';
import { temporaryDirectory } from '../../../temporary.js';

const LARGE = logIndex(2 ** 40 + 5);

function written(context: TestContext): { readonly file: string; readonly bytes: Buffer } {
  const file = path.join(temporaryDirectory(context), 'log.durable');
  const marker = new MarkerFile(file);
  marker.begin();
  marker.advance(LARGE);
  marker.close();
  return { file, bytes: fs.readFileSync(file) };
}

test('there is none at first, and looking makes none', (context) => {
  const file = path.join(temporaryDirectory(context), 'log.durable');
  const marker = new MarkerFile(file);
  assert.equal(marker.index, null);
  marker.close();
  assert.equal(fs.existsSync(file), false);
});

test('it begins with nothing, goes forward and back, and is read again', (context) => {
  const file = path.join(temporaryDirectory(context), 'log.durable');
  const marker = new MarkerFile(file);
  marker.begin();
  assert.equal(new MarkerFile(file).index, 0);
  marker.advance(LARGE);
  assert.equal(new MarkerFile(file).index, LARGE);
  marker.retreat(logIndex(2 ** 41));
  assert.equal(new MarkerFile(file).index, LARGE, 'a retreat never goes forward');
  marker.retreat(logIndex(7));
  assert.equal(marker.index, 7);
  marker.close();
  assert.equal(new MarkerFile(file).index, 7);
});

test('a changed bit anywhere is said, with the name of the file', (context) => {
  const { file, bytes } = written(context);
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    fs.writeFileSync(file, flipped);
    const what = at < 4 ? 'not a durable marker' : 'checksum mismatch';
    assert.throws(() => new MarkerFile(file), {
      code: 'damaged',
      message: `raft log is damaged: durable marker ${file}: ${what}`,
    });
  }
});

test('a cut or longer file is said; an empty one is as none, for the log to judge', (context) => {
  const { file, bytes } = written(context);
  for (const content of [bytes.subarray(0, 1), bytes.subarray(0, 15), Buffer.concat([bytes, Buffer.alloc(1)])]) {
    fs.writeFileSync(file, content);
    assert.throws(() => new MarkerFile(file), { message: /: \d+ bytes where 16 were written$/ });
  }
  fs.writeFileSync(file, '');
  assert.equal(new MarkerFile(file).index, null);
});
