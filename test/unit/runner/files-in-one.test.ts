// Several test files in one process: each counts, fails and is named as if it had one of its own.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFailed, PASSES, run } from './little-suites.js';

const SAYS_PROCESS = `console.log('# in', process.pid);`;

/** The line of each file that says where it is run. */
function processes(stdout: string): readonly string[] {
  return stdout.match(/^# in \d+$/gm) ?? [];
}

test('as many files as are wanted share a process, but for one that is apart', async (context) => {
  const sources = Object.fromEntries(['a', 'b', 'c', 'd', 'e', 'f'].map((name) => [name, SAYS_PROCESS + PASSES]));
  const result = await run(context, sources, { inOne: 3, apart: 'b' });
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.lines.at(-1), '6 passed, 0 failed');
  assert.match(result.stdout, /^# s: 6 passed, 0 failed in .* \(6 files\)$/m);
  assert.match(result.stdout, /^# slowest: .*s\/a and 2 more \d/m);
  const pids = processes(result.stdout);
  const shares = [...new Set(pids)].map((pid) => pids.filter((other) => other === pid).length);
  assert.deepEqual(shares.sort(), [1, 2, 3]);
});

test('a failing test and a skipped one are named by their file', async (context) => {
  const result = await run(
    context,
    {
      a: PASSES,
      b: `${PASSES}\ndescribe('d', () => { it('is bad', () => { assert.equal(1, 2); }); });`,
      c: `${PASSES} test('lacks a peer', { skip: 'no peer' }, () => {}); describe('w', { skip: true }, () => {});`,
    },
    { inOne: 3, allowedSkips: '[{ file: "s/c", name: /lacks|w/, reason: "r" }]' },
  );
  assertFailed(result, /^ {2}FAILED: is bad {2}\[s\/b:4\]$/, '3 passed, 1 failed, 2 skipped');
});

test("a file's hooks at its top are its own", async (context) => {
  const counts = `let begun = 0; beforeEach(() => { begun += 1; });
    test('one', () => {}); test('two', () => assert.equal(begun, 2));`;
  const result = await run(context, { a: counts, b: counts, c: PASSES }, { inOne: 3 });
  assert.equal(result.code, 0, result.stdout);
  const bad = `after(() => { throw new Error('file after'); }); ${PASSES}`;
  const failed = await run(context, { a: bad, b: PASSES }, { inOne: 2 });
  assertFailed(failed, /^ {2}FAILED: the file {2}\[s\/a:\d+\]$/, '2 passed, 1 failed');
  assert.match(failed.stdout, /^ +Error: file after$/m);
});

test('a file without a test, and one that cannot be loaded, fail alone', async (context) => {
  const result = await run(context, { a: '', b: PASSES, c: `throw new Error('not today');`, d: PASSES }, { inOne: 4 });
  assertFailed(result, /^ {2}FAILED: the file {2}\[s\/a:0\]$/, '2 passed, 2 failed');
  assert.match(result.stdout, /^ {4}there is no test in it$/m);
  assert.match(result.stdout, /^ {2}FAILED: the file {2}\[s\/c:\d+\]$/m);
  assert.match(result.stdout, /^ +Error: not today$/m);
});

test('a file that ends the process is named, and those behind it run in another', async (context) => {
  const inTest = `${PASSES} test('ends', async () => { process.exit(0); });`;
  for (const source of [inTest, 'process.exit(0);', 'process.exit(3);']) {
    const result = await run(context, { a: PASSES, b: source, c: SAYS_PROCESS + PASSES, d: PASSES }, { inOne: 4 });
    assertFailed(result, /^ {2}FAILED: the file {2}\[s\/b:0\]$/, result.lines.at(-1) ?? '');
    assert.match(result.lines.at(-1) ?? '', /^[34] passed, 1 failed$/);
    assert.match(result.stdout, /^ {4}ended (by itself without any|with exit code [03] before its) test/m);
    assert.match(result.stdout, /^ {4}it ran behind .*\/s\/a\.test\.js$/m);
    assert.equal(processes(result.stdout).length, 1);
  }
});

test('a test that never ends is ended with the process, and those behind it run', async (context) => {
  const endless = `${PASSES} test('endless', () => new Promise(() => setInterval(() => {}, 1000)));`;
  const result = await run(context, { a: endless, b: PASSES }, { inOne: 2, fileTimeoutMs: 10_000 });
  assertFailed(result, /^ {4}killed, since it took too long; unfinished: endless$/, '2 passed, 1 failed');
});

test('an error behind the last test, and a process that ends badly, fail the run', async (context) => {
  const late = `test('fine', () => { setTimeout(() => { throw new Error('late'); }, 20); });`;
  const slow = `test('slow', () => new Promise((resolve) => setTimeout(resolve, 300)));`;
  const thrown = await run(context, { a: late, b: slow }, { inOne: 2 });
  assertFailed(thrown, /^ {4}ended with exit code 1, though no test failed$/, '2 passed, 1 failed');
  assert.match(thrown.stdout, /Error: late/);
  const coded = await run(
    context,
    { a: `process.on('exit', () => process.exit(3)); ${PASSES}`, b: PASSES },
    { inOne: 2 },
  );
  assertFailed(coded, /^ {4}ended with exit code 3, though no test failed$/, '2 passed, 1 failed');
});

test('a file that leaves the process changed fails', async (context) => {
  const result = await run(context, { a: `test('sets', () => { process.env.LEFT = '1'; });`, b: PASSES }, { inOne: 2 });
  assertFailed(result, /^ {2}FAILED: the file {2}\[s\/a:\d+\]$/, '2 passed, 1 failed');
  assert.match(result.stdout, /'the variable LEFT'/);
});
