// The suites' runner over little suites of its own: a run in which anything failed or is missing fails, and says what.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';
import { assertFailed, PASSES, run } from './little-suites.js';

test('tests, suites and subtests that pass are counted', async (context) => {
  const nested = `describe('outer', () => { describe('inner', () => { it('a', () => {}); }); it('b', () => {}); });
    test('parent', async (t) => { await t.test('child', () => {}); });`;
  const result = await run(context, { one: PASSES, 'folder/two': nested }, { minimum: 5 });
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.lines.at(-1), '5 passed, 0 failed');
  assert.match(result.stdout, /^# s: 5 passed, 0 failed in \d+\.\d s, \d+\.\d s of processor \(2 files\)$/m);
  assert.match(result.stdout, /^# slowest: (s\/one|s\/folder\/two) \d+\.\d s, (s\/one|s\/folder\/two) \d+\.\d s$/m);
});

test('what a file took of the processor is counted, with the programs that it waited for', async (context) => {
  const burns = 'while (process.cpuUsage().user < 400_000) {}';
  const dear = `import { execFileSync } from 'node:child_process';
    test('burns', () => { ${burns} execFileSync(process.execPath, ['-e', ${JSON.stringify(burns)}]); });`;
  const result = await run(context, { cheap: PASSES, dear });
  assert.equal(result.code, 0, result.stdout);
  const [, all, first] =
    /^# processor: (\d+\.\d) s, most of it s\/dear (\d+\.\d) s, s\/cheap \d+\.\d s$/m.exec(result.stdout) ?? [];
  assert.ok(Number(first) >= 0.8, result.stdout);
  assert.ok(Number(all) >= Number(first), result.stdout);
});

test('a file that is to run alone runs when the others have ended', async (context) => {
  const shared = temporaryDirectory(context);
  const others = ['one', 'three'].map((name) => {
    const ended = JSON.stringify(path.join(shared, name));
    return [name, `import fs from 'node:fs'; process.on('exit', () => fs.writeFileSync(${ended}, '')); ${PASSES}`];
  });
  const looks = `import fs from 'node:fs';
    test('looks', () => { assert.deepEqual(fs.readdirSync(${JSON.stringify(shared)}), ['one', 'three']); });`;
  const result = await run(context, { ...Object.fromEntries(others), 'folder/a': looks }, { alone: 'folder/a' });
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.lines.at(-1), '3 passed, 0 failed');
});

test('a suite that fills in runs beside the others, with the least priority, and not beside what runs alone', async (context) => {
  const shared = temporaryDirectory(context);
  const meets = (
    own: string,
    other: string,
    priority: number,
  ): string => `import fs from 'node:fs'; import os from 'node:os';
    test('meets', { timeout: 30_000 }, async () => {
      assert.equal(os.getPriority(), ${priority});
      fs.writeFileSync(${JSON.stringify(shared)} + '/${own}', '');
      while (!fs.existsSync(${JSON.stringify(shared)} + '/${other}')) await new Promise((r) => setTimeout(r, 10));
    });
    after(() => fs.writeFileSync(${JSON.stringify(shared)} + '/${own}-over', ''));`;
  const own = os.getPriority();
  const filling = { one: meets('f', 's', 19), two: `${PASSES} test('second', () => {});` };
  const looks = `import fs from 'node:fs'; test('looks', () => {
    assert.deepEqual(fs.readdirSync(${JSON.stringify(shared)}), ['f', 'f-over', 's', 's-over']);
  });`;
  const result = await run(context, { one: meets('s', 'f', own), last: looks }, { filling, alone: 'last' });
  assert.equal(result.code, 0, result.stdout);
  assert.match(result.stdout, /^# f: 3 passed, 0 failed in \d+\.\d s, \d+\.\d s of processor \(2 files\)$/m);
  assert.match(result.stdout, /^# s: 2 passed, 0 failed in /m);
  assert.equal(result.lines.at(-1), '5 passed, 0 failed');
});

test('a suite that fills in is held to what every suite is', async (context) => {
  const result = await run(context, { one: PASSES }, { filling: { bad: `test('bad', () => assert.fail());` } });
  assertFailed(result, /^ {2}FAILED: bad {2}\[f\/bad:3\]$/, '1 passed, 1 failed');
  assertFailed(
    await run(context, { one: PASSES }, { filling: {} }),
    /^ {4}there is no such folder$/,
    '1 passed, 1 failed',
  );
});

test('of what a test writes, lines behind a # are shown', async (context) => {
  const writes = `test('writes', () => { console.log('# to be read'); console.log('1 passed, 0 failed, by the way'); });`;
  const result = await run(context, { one: writes });
  assert.match(result.stdout, /^# to be read$/m);
  assert.doesNotMatch(result.stdout, /by the way/);
});

test('a failing test is named with its place and its error', async (context) => {
  const result = await run(context, {
    bad: `${PASSES}\ndescribe('d', () => { it('is bad', () => { assert.equal(1, 2); }); });`,
  });
  assertFailed(result, /^ {2}FAILED: is bad {2}\[s\/bad:4\]$/, '1 passed, 1 failed');
  assert.match(result.stdout, /1 == 2/);
});

test('hooks that throw fail the run', async (context) => {
  const result = await run(context, {
    file: `after(() => { throw new Error('file after'); }); ${PASSES}`,
    suite: `describe('d', () => { after(() => { throw new Error('suite after'); }); it('fine', () => {}); });`,
    begin: `describe('d', () => { before(() => { throw new Error('suite before'); }); it('never ran', () => {}); });`,
  });
  assertFailed(result, /^ +Error: file after$/, '2 passed, 4 failed');
  for (const text of ['suite after', 'suite before'])
    assert.match(result.stdout, new RegExp(`^ +Error: ${text}$`, 'm'));
});

test('a file that ends itself half way fails the run, whatever its exit code', async (context) => {
  const early = `${PASSES} test('ends', async () => { process.exit(0); }); test('lost', () => {});`;
  const late = `${PASSES} test('ends', async () => { await new Promise((r) => setTimeout(r, 300)); process.exit(0); });`;
  for (const source of [early, late, 'process.exit(0);', `${PASSES} process.exit(0);`]) {
    const result = await run(context, { one: PASSES, two: source });
    assertFailed(
      result,
      /^ {4}ended (by itself|with exit code 0) (without any test|before its tests)/,
      result.lines.at(-1) ?? '',
    );
    assert.match(result.lines.at(-1) ?? '', /^[12] passed, 1 failed$/);
  }
});

test('a file, a describe or a suite without tests, and a suite that is not there, fail the run', async (context) => {
  assertFailed(
    await run(context, { one: PASSES, two: '' }),
    /^ {2}FAILED: the file {2}\[s\/two:0\]$/,
    '1 passed, 1 failed',
  );
  const hollow = `${PASSES} describe('hollow', () => {});`;
  assertFailed(await run(context, { one: hollow }), /^ {2}FAILED: hollow {2}\[s\/one:3\]$/, '1 passed, 1 failed');
  assertFailed(await run(context, {}), /^ {4}there is no such folder$/, '0 passed, 1 failed');
  assertFailed(await run(context, { 'none.js': '' }), /^ {4}there is no test/, '0 passed, 1 failed');
});

test('a file that cannot be loaded fails the run', async (context) => {
  const result = await run(context, { one: PASSES, two: `throw new Error('not today');` });
  assertFailed(result, /^ {4}Error: not today$/, '1 passed, 1 failed');
});

test('an error behind the last test fails the run', async (context) => {
  const result = await run(context, {
    one: `test('fine', () => { setTimeout(() => { throw new Error('late'); }, 20); });`,
  });
  assertFailed(result, /^ {4}ended with exit code 1, though no test failed$/, '1 passed, 1 failed');
  assert.match(result.stdout, /Error: late/);
});

test('a test that never ends is ended with its file, and named', async (context) => {
  const endless = `${PASSES} test('endless', () => new Promise(() => setInterval(() => {}, 1000)));`;
  const result = await run(context, { one: endless }, { fileTimeoutMs: 10_000 });
  assertFailed(result, /^ {4}killed, since it took too long; unfinished: endless$/, '1 passed, 1 failed');
});

test('fewer tests than a suite has at least fail the run', async (context) => {
  const result = await run(context, { one: PASSES, two: PASSES }, { minimum: 3 });
  assertFailed(result, /^ {4}only 2 tests of at least 3$/, '2 passed, 1 failed');
  const single = await run(context, { one: PASSES, two: `test('a', { skip: 'r' }, () => {});` }, { minimum: 3 });
  assertFailed(single, /^ {4}only 2 tests of at least 3$/, '1 passed, 1 failed, 1 skipped');
  const whole = `describe('w', { skip: 'r' }, () => { it('a', () => {}); it('b', () => {}); });`;
  const unknown = await run(context, { one: PASSES, two: whole }, { minimum: 3 });
  assert.equal(unknown.code, 0, 'nobody knows how many there are in what was skipped');
});

const SKIPS = `${PASSES} test('lacks a peer', { skip: 'no peer' }, () => {}); test('still to do', { todo: true }, () => {});
  describe('whole', { skip: true }, () => { it('inside', () => {}); });`;

test('every skip is counted and said, and may be where any may', async (context) => {
  const result = await run(context, { one: SKIPS });
  assert.equal(result.code, 0, result.stdout);
  assert.equal(result.lines.at(-1), '1 passed, 0 failed, 3 skipped');
  assert.match(result.stdout, /^ {2}skipped: lacks a peer \(no peer\) {2}\[s\/one\]$/m);
  assert.match(result.stdout, /^ {2}skipped: whole \(all of it\) \(no reason given\) {2}\[s\/one\]$/m);
});

test('with a list, only the skips on it may be', async (context) => {
  const all = '[{ file: "s/one", name: /lacks|still|whole/, reason: "r" }]';
  assert.equal((await run(context, { one: SKIPS }, { allowedSkips: all })).code, 0);
  const some = '[{ file: "s/one", name: /lacks|still/, reason: "r" }]';
  const result = await run(context, { one: SKIPS }, { allowedSkips: some });
  assertFailed(result, /^ {4}s\/one: "whole \(all of it\)" was skipped/, '1 passed, 1 failed, 3 skipped');
});

test('an entry of the list that skips nothing fails the run when its suite ran', async (context) => {
  const stale = '[{ file: "s/gone", name: /x/, reason: "r" }, { file: "other/file", name: /x/, reason: "r" }]';
  const result = await run(context, { one: PASSES }, { allowedSkips: stale });
  assertFailed(result, /^ {4}s\/gone: \/x\/ is on the list of skips, but skips nothing$/, '1 passed, 1 failed');
});

test('an entry of the list counts for the nodes that it names', async (context) => {
  const later = '[{ file: "s/one", name: /lacks|still|whole/, reason: "r", nodes: /^v99/ }]';
  const skipped = await run(context, { one: SKIPS }, { allowedSkips: later });
  assertFailed(skipped, /^ {4}s\/one: "lacks a peer" was skipped by node v\d/, '1 passed, 3 failed, 3 skipped');
  assert.equal((await run(context, { one: PASSES }, { allowedSkips: later })).code, 0, 'this node is not asked');
  const node = otherNode(context);
  assert.equal((await run(context, { one: SKIPS }, { allowedSkips: later, node })).code, 0);
  const stale = await run(context, { one: PASSES }, { allowedSkips: later, node });
  assertFailed(stale, /^ {4}s\/one: .* skips nothing$/, '1 passed, 1 failed');
});

/** A program that is this node, and leaves a mark. */
function otherNode(context: TestContext): string {
  const node = path.join(temporaryDirectory(context), 'node');
  fs.writeFileSync(node, `#!/bin/sh\nBY=other exec "${process.execPath}" "$@"\n`, { mode: 0o755 });
  return node;
}

test('a suite can be run by another node, which is also found by its name, and said', async (context) => {
  const asks = `import { execFileSync } from 'node:child_process';
    test('by itself', () => assert.equal(process.env.BY, 'other'));
    test('by name', () => assert.equal(execFileSync('env', ['-u', 'BY', 'node', '-p', 'process.env.BY']) + '', 'other\\n'));
    test('bad', () => assert.fail());`;
  const result = await run(context, { one: asks }, { node: otherNode(context) });
  assertFailed(result, /^ {2}FAILED: bad {2}\[s\/one:\d+ by node v99\.1\.0\]$/, '2 passed, 1 failed');
  assert.match(result.stdout, /^# s by node v99\.1\.0: 2 passed, 1 failed in /m);
});

test("node's warning about file descriptors fails the file", async (context) => {
  const warns = `${PASSES} process.emitWarning('File descriptor 9 opened in unmanaged mode twice');`;
  const result = await run(context, { one: warns });
  assertFailed(result, /^ {4}.*File descriptor 9 opened in unmanaged mode twice$/, '1 passed, 1 failed');
});

test('what a test file leaves behind ends with it', async (context) => {
  const pidFile = path.join(temporaryDirectory(context), 'pid');
  const leaves = `import { spawn } from 'node:child_process'; import fs from 'node:fs';
    test('leaves a process', () => {
      const child = spawn('sleep', ['1000'], { stdio: 'inherit' });
      fs.writeFileSync(${JSON.stringify(pidFile)}, String(child.pid));
      child.unref();
    });`;
  const result = await run(context, { one: leaves });
  assert.equal(result.code, 0, result.stdout);
  const pid = Number(fs.readFileSync(pidFile, 'utf8'));
  await waitFor(() => !isRunning(pid), 'the process to be gone');
});

function isRunning(pid: number): boolean {
  try {
    return !/^State:\tZ/m.test(fs.readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
