// The one lock of a data directory.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { type DataDirLock, lockDataDir } from '../../../src/main/data-dir-lock.js';

let dataDir = '';
beforeEach(() => {
  dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-lock-'));
});
afterEach(() => fs.rmSync(dataDir, { recursive: true }));

async function release(lock: DataDirLock): Promise<void> {
  if (!lock.ok) assert.fail(lock.error);
  await lock.release();
}

test('a directory that is locked is refused, and free again when it is released', async () => {
  const first = await lockDataDir(dataDir);
  assert.deepEqual(await lockDataDir(dataDir), {
    ok: false,
    error: `data-dir "${dataDir}" is already in use by another agent`,
  });
  await release(first);
  await release(await lockDataDir(dataDir));
});

test('damaged files of the lock are made anew, but not under whoever holds it', async () => {
  await release(await lockDataDir(dataDir));
  fs.writeFileSync(path.join(dataDir, 'serf', 'lock', 'CURRENT'), 'nothing of the kind');
  const lock = await lockDataDir(dataDir);
  fs.writeFileSync(path.join(dataDir, 'serf', 'lock', 'CURRENT'), 'nothing of the kind');
  assert.equal((await lockDataDir(dataDir)).ok, false);
  await release(lock);
});

test('a path that can be no directory is refused with one line', async () => {
  const file = path.join(dataDir, 'file');
  fs.writeFileSync(file, '');
  const lock = await lockDataDir(file);
  assert.ok(!lock.ok);
  assert.match(lock.error, /^cannot use data-dir ".*file": ENOTDIR: not a directory.*$/);
});

test('a directory that is not there is made, for its owner alone', async () => {
  const inner = path.join(dataDir, 'new', 'one');
  await release(await lockDataDir(inner));
  assert.equal(fs.statSync(inner).mode & 0o777, 0o700);
});
