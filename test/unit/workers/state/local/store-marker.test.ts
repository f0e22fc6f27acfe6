// What the marker of the registrations' store says comes back, and a damaged one is never taken for a new one.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { StoreMarker, type Witnessed } from '../../../../../src/workers/state/local/store/store-marker.js';
import { temporaryDirectory } from '../../../../temporary.js';

function begun(context: TestContext): StoreMarker {
  const marker = new StoreMarker(path.join(temporaryDirectory(context), 'log.durable'));
  marker.begin();
  return marker;
}

const foundBy = (path: string): Witnessed | null => new StoreMarker(path).found;

test('there is none at first, looking makes none, and what was begun says nothing yet', (context) => {
  const file = path.join(temporaryDirectory(context), 'log.durable');
  const marker = new StoreMarker(file);
  assert.equal(marker.found, null);
  marker.close();
  assert.equal(fs.existsSync(file), false);
  marker.begin();
  assert.deepEqual(foundBy(file), { snapshot: 0, snapshotBytes: 0, firstLog: 0, ends: [] });
});

test('the life of a store: snapshot, log, writes, a new log, its snapshot', (context) => {
  const marker = begun(context);
  const says = (snapshot: number, snapshotBytes: number, firstLog: number, ends: number[], what: string): void =>
    assert.deepEqual(foundBy(marker.path), { snapshot, snapshotBytes, firstLog, ends }, what);
  marker.snapshotTaken(1, 100);
  says(1, 100, 1, [], 'the log is still to be made');
  marker.logBegan(1, 8);
  marker.advance(50);
  marker.advance(2 ** 33 + 1);
  says(1, 100, 1, [2 ** 33 + 1], 'two writes');
  marker.logBegan(2, 8);
  marker.advance(20);
  says(1, 100, 1, [2 ** 33 + 1, 20], 'the snapshot that makes the first log superfluous is being written');
  marker.snapshotTaken(2, 300);
  says(2, 300, 2, [20], 'it is there');
  marker.close();
  const again = new StoreMarker(marker.path);
  again.begin();
  says(2, 300, 2, [20], 'a marker that is there is left alone');
  again.opened({ snapshot: 2, snapshotBytes: 300, firstLog: 2, ends: [20, 30] });
  says(2, 300, 2, [20, 30], 'as opened');
  again.close();
});

test('of many logs the newest are known', (context) => {
  const marker = begun(context);
  marker.snapshotTaken(1, 100);
  for (let generation = 1; generation <= 40; generation += 1) marker.logBegan(generation, 8 + generation);
  const found = foundBy(marker.path);
  assert.equal(found?.firstLog, 9);
  assert.deepEqual(
    found?.ends,
    Array.from({ length: 32 }, (_, i) => 17 + i),
  );
  marker.close();
});

test('a changed bit anywhere, a cut and a longer file are said, with the name of the file', (context) => {
  const marker = begun(context);
  marker.snapshotTaken(1, 100);
  marker.logBegan(1, 8);
  marker.close();
  const bytes = fs.readFileSync(marker.path);
  const assertSaid = (content: Uint8Array, what: RegExp): void => {
    fs.writeFileSync(marker.path, content);
    assert.throws(
      () => new StoreMarker(marker.path),
      (error: Error & { code?: string }) => {
        assert.equal(error.code, 'damaged');
        assert.ok(error.message.includes(`: ${marker.path}: `), error.message);
        assert.match(error.message, what);
        return true;
      },
    );
  };
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 0x10;
    assertSaid(flipped, at < 8 ? /: not a durable marker$/ : /: checksum mismatch$/);
  }
  assertSaid(bytes.subarray(0, 1), /: 1 bytes where 512 were written$/);
  assertSaid(bytes.subarray(0, 511), /: 511 bytes where 512 were written$/);
  assertSaid(Buffer.concat([bytes, bytes]), /: 1024 bytes where 512 were written$/);
  fs.writeFileSync(marker.path, '');
  assert.equal(foundBy(marker.path), null, 'an empty one is as none, for the files to judge');
});
