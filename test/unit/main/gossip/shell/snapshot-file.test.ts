import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import {
  aliveLine,
  clockLine,
  LEAVE_LINE,
  notAliveLine,
  parseSnapshot,
  type RestoredSnapshot,
} from '../../../../../src/main/gossip/serf/pool/snapshot.js';
import {
  SNAPSHOT_LIMITS,
  SnapshotFile,
  type SnapshotLimits,
} from '../../../../../src/main/gossip/shell/snapshot-file.js';

let directory = '';
before(() => {
  directory = fs.mkdtempSync(path.join(tmpdir(), 'lictor-snapshot-'));
});
after(() => fs.rmSync(directory, { recursive: true }));

const EMPTY: RestoredSnapshot = { members: [], clock: 0, eventClock: 0, queryClock: 0 };
const A = { name: 'a', address: '10.0.0.1:8301' };

interface Rig {
  readonly file: SnapshotFile;
  readonly restored: RestoredSnapshot;
  readonly warnings: string[];
  /** Resolves with the next warning. */
  warned(): Promise<string>;
  state: RestoredSnapshot;
  compactions: number;
}

function open(file: string, limits: Partial<SnapshotLimits> = {}, keepsAfterLeave = false): Rig {
  const warnings: string[] = [];
  let wake: (text: string) => void = () => undefined;
  const opened = SnapshotFile.open(
    file,
    keepsAfterLeave,
    {
      aliveCount: () => rig.state.members.length,
      state() {
        rig.compactions += 1;
        return rig.state;
      },
      warn(text) {
        warnings.push(text);
        wake(text);
      },
    },
    { ...SNAPSHOT_LIMITS, flushIntervalMs: 1, ...limits },
  );
  assert.ok(opened.ok);
  const rig: Rig = {
    file: opened.file,
    restored: opened.restored,
    warnings,
    warned: () => new Promise((resolve) => (wake = resolve)),
    state: EMPTY,
    compactions: 0,
  };
  return rig;
}

/** The file's text as soon as `isReady` is true of it. */
async function textWhen(file: string, isReady: (text: string) => boolean): Promise<string> {
  for (;;) {
    const text = fs.readFileSync(file, 'utf8');
    if (isReady(text)) return text;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test('what is appended is restored by the next run, and the directory is made', async () => {
  const file = path.join(directory, 'data', 'serf', 'local.snapshot');
  const first = open(file);
  assert.deepEqual(first.restored, EMPTY);
  first.file.append(aliveLine(A.name, A.address), false);
  first.file.append(clockLine(7), false);
  await first.file.close();
  first.file.append(clockLine(8), false);
  assert.equal(fs.readFileSync(file, 'utf8'), 'alive: a 10.0.0.1:8301\nclock: 7\n');
  const second = open(file);
  assert.deepEqual(second.restored, { ...EMPTY, members: [A], clock: 7 });
  await second.file.close();
  assert.deepEqual([first.warnings, second.warnings], [[], []]);
});

test('lines reach the file without a close', async () => {
  const file = path.join(directory, 'flushed');
  const rig = open(file);
  rig.file.append(clockLine(1), false);
  await textWhen(file, (text) => text === 'clock: 1\n');
  rig.file.append(clockLine(2), false);
  await textWhen(file, (text) => text === 'clock: 1\nclock: 2\n');
  await rig.file.close();
});

test('a leave does not wait for the next flush', async () => {
  const file = path.join(directory, 'leave');
  const rig = open(file, { flushIntervalMs: 3_600_000 });
  rig.file.append(clockLine(1), false);
  await textWhen(file, (text) => text === 'clock: 1\n');
  rig.file.append(clockLine(2), false);
  rig.file.append(LEAVE_LINE, true);
  await textWhen(file, (text) => text === 'clock: 1\nclock: 2\nleave\n');
  await rig.file.close();
});

test('a torn last line is cut off, so that nothing is glued to it', async () => {
  const file = path.join(directory, 'torn');
  fs.writeFileSync(file, 'alive: a 10.0.0.1:8301\nclock: 9');
  const rig = open(file);
  assert.deepEqual(rig.restored, { ...EMPTY, members: [A] });
  rig.file.append(clockLine(3), false);
  await rig.file.close();
  assert.equal(fs.readFileSync(file, 'utf8'), 'alive: a 10.0.0.1:8301\nclock: 3\n');
});

test('a file that is too large for its members is replaced by their state', async () => {
  const file = path.join(directory, 'compacted');
  const rig = open(file, { leastCompactedBytes: 16 });
  const flap = aliveLine(A.name, A.address) + notAliveLine(A.name);
  rig.state = { members: [A], clock: 5, eventClock: 6, queryClock: 7 };
  while (rig.compactions === 0) {
    rig.file.append(flap, false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const compacted = 'alive: a 10.0.0.1:8301\nclock: 5\nevent-clock: 6\nquery-clock: 7\n';
  await textWhen(file, (text) => text.startsWith(compacted));
  rig.file.append(clockLine(8), false);
  await rig.file.close();
  const text = fs.readFileSync(file, 'utf8');
  assert.ok(text.startsWith(compacted) && text.endsWith('clock: 8\n'));
  assert.equal(fs.existsSync(`${file}.compact`), false);
  assert.deepEqual(rig.warnings, []);
});

test('below the least size nothing is compacted', async () => {
  const file = path.join(directory, 'small');
  const rig = open(file);
  rig.file.append(clockLine(1).repeat(10_000), false);
  await rig.file.close();
  assert.equal(fs.statSync(file).size, 90_000);
  assert.equal(rig.compactions, 0);
});

test('members with long names are not compacted over and over', async () => {
  const file = path.join(directory, 'long-names');
  const rig = open(file, { leastCompactedBytes: 16 });
  rig.state = { ...EMPTY, members: [{ name: 'n'.repeat(1000), address: A.address }] };
  rig.file.append(clockLine(1).repeat(100), false);
  await textWhen(file, (text) => text.includes('query-clock'));
  assert.equal(rig.compactions, 1);
  rig.file.append(clockLine(2), false);
  await rig.file.close();
  assert.equal(rig.compactions, 1);
});

test('a leave survives a compaction', async () => {
  const file = path.join(directory, 'left');
  const rig = open(file, { leastCompactedBytes: 16 });
  rig.state = { ...EMPTY, members: [A], clock: 5 };
  rig.file.append(LEAVE_LINE + clockLine(6).repeat(40), true);
  await rig.file.close();
  assert.equal(rig.compactions, 1);
  assert.ok(fs.readFileSync(file, 'utf8').endsWith('query-clock: 0\nleave\n'));
  assert.deepEqual(open(file).restored, EMPTY);
  assert.deepEqual(open(file, {}, true).restored, rig.state);
});

test('lines beyond the bound are dropped, and a compaction makes up for them', async () => {
  const file = path.join(directory, 'bounded');
  const rig = open(file, { mostPendingBytes: 20, flushIntervalMs: 3_600_000 });
  rig.state = { ...EMPTY, members: [A], clock: 5 };
  for (let i = 0; i < 5; i += 1) rig.file.append(clockLine(i), false);
  await rig.file.close();
  assert.equal(rig.compactions, 1);
  assert.deepEqual(open(file).restored, rig.state);
});

test('after a write error the state is written anew', async () => {
  const file = path.join(directory, 'full');
  fs.symlinkSync('/dev/full', file);
  const rig = open(file);
  rig.state = { ...EMPTY, members: [A], clock: 5 };
  const warned = rig.warned();
  rig.file.append(clockLine(5), false);
  assert.match(await warned, /^failed to update snapshot .*ENOSPC/);
  await rig.file.close();
  assert.deepEqual(open(file).restored, rig.state);
  assert.equal(fs.lstatSync(file).isSymbolicLink(), false);
});

test('a compaction that fails is tried again later, not at once', async () => {
  const file = path.join(directory, 'broken');
  fs.symlinkSync('/dev/full', file);
  fs.mkdirSync(`${file}.compact`);
  const rig = open(file, { retryIntervalMs: 3_600_000 });
  rig.file.append(clockLine(5), false);
  while (rig.warnings.length < 2) await rig.warned();
  assert.match(rig.warnings[1] ?? '', /^failed to compact snapshot .*EISDIR/);
  for (let i = 0; i < 50; i += 1) {
    rig.file.append(clockLine(i), false);
    await new Promise((resolve) => setImmediate(resolve));
  }
  assert.equal(rig.compactions, 1);
  fs.rmdirSync(`${file}.compact`);
  rig.state = { ...EMPTY, clock: 99 };
  await rig.file.close();
  assert.deepEqual(open(file).restored, rig.state);
});

test('a retry comes by itself', async () => {
  const file = path.join(directory, 'retried');
  fs.symlinkSync('/dev/full', file);
  fs.mkdirSync(`${file}.compact`);
  const rig = open(file, { retryIntervalMs: 1 });
  rig.file.append(clockLine(5), false);
  while (rig.warnings.length < 3) await rig.warned();
  fs.rmdirSync(`${file}.compact`);
  rig.state = { ...EMPTY, clock: 99 };
  while (fs.lstatSync(file).isSymbolicLink()) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(parseSnapshot(fs.readFileSync(file), false), rig.state);
  await rig.file.close();
});

test('a path that cannot be a file is an error, not an exception', () => {
  const opened = SnapshotFile.open(directory, false, { aliveCount: () => 0, state: () => EMPTY, warn: assert.fail });
  assert.ok(!opened.ok);
  assert.match(opened.error, /^failed to open snapshot: EISDIR/);
});

test('killed at any moment, the file holds the past in whole lines', async () => {
  const file = path.join(directory, 'killed');
  const module = new URL('../../../../../src/main/gossip/shell/snapshot-file.js', import.meta.url).href;
  const script = `
    const { SnapshotFile, SNAPSHOT_LIMITS } = await import(${JSON.stringify(module)});
    const members = [{ name: 'a', address: '10.0.0.1:8301' }];
    let clock = 0;
    const source = {
      aliveCount: () => 1,
      state: () => {
        process.stdout.write('.');
        return { members, clock, eventClock: 0, queryClock: 0 };
      },
      warn: (text) => process.stdout.write('warning: ' + text),
    };
    const limits = { ...SNAPSHOT_LIMITS, flushIntervalMs: 0, leastCompactedBytes: 16 };
    const { file } = SnapshotFile.open(${JSON.stringify(file)}, false, source, limits);
    file.append('alive: a 10.0.0.1:8301\\n', false);
    const step = () => {
      clock += 1;
      file.append('clock: ' + clock + '\\n', false);
      setImmediate(step);
    };
    step();
  `;
  for (let round = 1; round <= 4; round += 1) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let seen = '';
    for await (const chunk of child.stdout) {
      seen += String(chunk);
      // Every dot is a compaction; at the second one the first is over.
      if (seen.length > round) break;
    }
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    assert.match(seen, /^\.+$/);
    const { members, clock } = open(file).restored;
    assert.deepEqual(members, [A]);
    assert.ok(clock > 0);
  }
});
