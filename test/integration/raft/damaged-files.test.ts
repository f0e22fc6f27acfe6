// LevelDB's own files damaged at random places: either everything that was acknowledged is read back, or opening fails and
// says so. LevelDB alone would drop some of it without a word.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { EntryType, logIndex, singlePayload, term } from '../../../src/workers/raft/core/entry.js';
import { openStorage } from '../../../src/workers/raft/storage.js';
import { Random, runSeed } from '../../random.js';

const ENTRIES = 120;
const TRIALS = 20;
const LEAST_FOUND = 2;
const unreadable = (): void => {};

/** Entries 1 to 120, the first half in a table file, the rest still in LevelDB's own log. */
async function write(dataDir: string): Promise<void> {
  for (let half = 0; half < 2; half += 1) {
    const { log } = await openStorage(dataDir, unreadable);
    for (let i = 1; i <= ENTRIES / 2; i += 1) {
      const index = half * (ENTRIES / 2) + i;
      const payload = singlePayload(Buffer.from(`entry ${index} ${'x'.repeat(700)}`));
      const run = { firstIndex: logIndex(index), count: 1, term: term(1), type: EntryType.command, appendedAtMs: 0 };
      await log.persist({
        hardState: { term: term(1), vote: 'a' },
        truncateAfter: null,
        restart: null,
        isProven: false,
        runs: [{ ...run, payload }],
      });
    }
    await log.close();
  }
}

const CHILD = fileURLToPath(new URL('./open-child.js', import.meta.url));

/**
 * What a process that opens the directory says. LevelDB itself ends its process on some damaged blocks, with a failed
 * assertion: that is a stop too, and nothing goes unnoticed.
 */
function open(dataDir: string): string {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [CHILD, dataDir], { encoding: 'utf8' });
  if (signal === 'SIGABRT' && stderr.includes('Assertion')) return 'raft log is damaged: LevelDB aborted';
  return stdout.trim();
}

function folder(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lictor-damage-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test(`a damaged byte or a cut file never loses an acknowledged entry unnoticed (seed ${runSeed})`, async (context) => {
  const base = folder(context);
  const whole = join(base, 'whole');
  await write(whole);
  const random = new Random(runSeed);
  const copy = join(base, 'copy');
  cpSync(whole, copy, { recursive: true });
  assert.equal(open(copy), `entries ${ENTRIES}`);
  let found = 0;
  // Some damage lies where nothing is read: more is done until enough was found for the test to be worth something.
  for (let trial = 0; trial < TRIALS || (found < LEAST_FOUND && trial < 10 * TRIALS); trial += 1) {
    rmSync(copy, { recursive: true, force: true });
    cpSync(whole, copy, { recursive: true });
    const folderOfLog = join(copy, 'raft', 'log');
    const files = readdirSync(folderOfLog).filter((name) => /\.(log|ldb)$|^MANIFEST/.test(name));
    const name = files[random.below(files.length)] ?? '';
    const path = join(folderOfLog, name);
    const bytes = readFileSync(path);
    if (bytes.length === 0) continue;
    const at = random.below(bytes.length);
    const isCut = random.chance(0.3);
    if (isCut) truncateSync(path, at);
    else {
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
      writeFileSync(path, bytes);
    }
    const what = `seed ${runSeed}, trial ${trial}: ${isCut ? 'cut' : 'flipped'} ${name} at ${at}`;
    const outcome = open(copy);
    if (outcome === `entries ${ENTRIES}`) continue;
    assert.match(outcome, /^raft log (in ".*" )?is damaged|^cannot use data-dir/, `${what}: ${outcome}`);
    found += 1;
  }
  assert.ok(found >= LEAST_FOUND, `seed ${runSeed}: ${found} found`);
});

test('the end of the log cut off is found by the durable marker', async (context) => {
  const dataDir = folder(context);
  await write(dataDir);
  const log = join(dataDir, 'raft', 'log');
  const name = readdirSync(log).find((file) => file.endsWith('.log')) ?? '';
  truncateSync(join(log, name), readFileSync(join(log, name)).length - 20);
  await assert.rejects(openStorage(dataDir, unreadable), {
    message: 'raft log is damaged at index 120: the log ends at 119, but was durable through 120',
  });
});
