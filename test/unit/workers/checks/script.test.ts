// Scripts: the group that is killed, the order of what they write, and that they never pile up.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { makeRunner, type Runner } from './probe-runner.js';
import { until } from './until.js';

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // A zombie counts as ended: its parent hasn't asked yet.
    return !/\) Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

describe('script checks', () => {
  let runner: Runner;
  let folder: string;

  before(() => {
    runner = makeRunner();
    folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-script-test-'));
  });
  after(() => {
    runner.close();
    fs.rmSync(folder, { recursive: true });
  });

  function shell(command: string, timeout = '10s') {
    return runner.run({ Args: ['/bin/sh', '-c', command], Timeout: timeout });
  }

  test('stdout and stderr keep their order', async () => {
    const outcome = await shell('for i in 1 2 3 4 5 6; do echo out$i; echo err$i >&2; done');
    assert.equal(outcome.output, [1, 2, 3, 4, 5, 6].map((n) => `out${n}\nerr${n}\n`).join(''));
  });

  test('a script may open its outputs by name', async () => {
    const outcome = await shell('echo a > /dev/stderr; echo b > /proc/self/fd/1');
    assert.deepEqual(outcome, { status: 'passing', output: 'a\nb\n' });
  });

  test('without FIFOs everything still arrives', async () => {
    const without = makeRunner();
    without.context.pipes.close();
    const outcome = await without.run({ Args: ['/bin/sh', '-c', 'echo out; echo err >&2; exit 1'] });
    assert.equal(outcome.status, 'warning');
    assert.deepEqual(outcome.output.split('\n').sort(), ['', 'err', 'out']);
  });

  test('over time the whole group is killed, children of children included', async () => {
    const file = path.join(folder, 'pids');
    const outcome = await shell(`sleep 60 & echo $! $$ > ${file}; echo before; wait`, '400ms');
    assert.equal(outcome.output, 'Timed out (400ms) running check\n\nbefore\n');
    const pids = fs.readFileSync(file, 'utf8').trim().split(' ').map(Number);
    assert.equal(pids.length, 2);
    await until(() => !pids.some(isAlive), 'both processes are gone');
    await until(() => runner.context.scripts.size === 0, 'the script was reaped');
  });

  test('a process that left the group can keep neither the check nor its slot', async () => {
    const outcome = await shell('setsid sleep 5 & exit 0', '300ms');
    assert.equal(outcome.output, 'Timed out (300ms) running check');
  });

  test('a script that may not be run says so in Go words', async () => {
    const file = path.join(folder, 'plain');
    fs.writeFileSync(file, 'text', { mode: 0o644 });
    const outcome = await runner.run({ Args: [file] });
    assert.deepEqual(outcome, { status: 'critical', output: `fork/exec ${file}: permission denied` });
    assert.equal((await runner.run({ Args: ['a\0b'] })).status, 'critical');
  });

  test('endless output is read and forgotten', async () => {
    const outcome = await runner.run({ Args: ['/bin/sh', '-c', 'yes'], Timeout: '300ms', OutputMaxSize: 4 });
    assert.match(
      outcome.output,
      /^Timed out \(300ms\) running check\n\nCaptured 4 of \d+ bytes\n\.\.\.\n(?:y\ny\n|\ny\ny)$/,
    );
  });
});
