// The scripts beside this file, replayed: each command leads to the trace under it, to the letter. `UPDATE_SCRIPTS=1` writes
// what it leads to now; read the difference before it is committed.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { repositoryRoot } from '../../data.js';
import { replay } from './script.js';

const folder = path.join(repositoryRoot, 'test/simulation/raft/scripts');
const scripts = fs.readdirSync(folder).filter((file) => file.endsWith('.txt'));

for (const file of scripts) {
  test(`script ${file}`, () => {
    const place = path.join(folder, file);
    const written = fs.readFileSync(place, 'utf8');
    const replayed = replay(written);
    if (process.env['UPDATE_SCRIPTS'] === '1') fs.writeFileSync(place, replayed);
    else assert.equal(replayed, written);
  });
}

test('the scripts are there', () => {
  assert.ok(scripts.length >= 8, `${scripts.length} scripts`);
});
