// The real thread over its real ports and disk: leads, commits, restarts, takes snapshots, and says in one line what is
// wrong with its directory.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, type TestContext, test } from 'node:test';
import { ClassicLevel } from 'classic-level';
import { Role } from '../../../src/wire/raft/leadership.js';
import { MAX_UNPERSISTED_BYTES } from '../../../src/wire/raft/raft-port.js';
import { endWorkers, RunningWorker, SERVER_ID } from './running-worker.js';

afterEach(endWorkers);

function directory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'lictor-raft-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

test('a new server bootstraps, elects itself, commits, and keeps it over a restart', async (context) => {
  const dataDir = directory(context);
  const first = new RunningWorker({ dataDir });
  await first.leading();
  assert.equal(first.leadership.role, Role.leader);
  assert.ok(first.leadership.mayServe);
  assert.equal(first.leadership.term, 2);
  await first.until('the log line', () =>
    first.lines.includes(
      `[info] agent.server.raft: initial configuration index=1 servers=[{Suffrage:Voter ID:${SERVER_ID} Address:127.0.0.1:8300}]`,
    ),
  );
  await first.until('the log line', () => first.lines.some((line) => line.endsWith('election won term=2 tally=1')));
  await first.propose('one', 'two');
  await first.propose('three');
  const barrier = await first.ask('barrier');
  assert.deepEqual(barrier, { kind: 'barrier-reached', request: 1, index: 6 });
  assert.deepEqual(
    [...first.state.applied],
    [
      [3, 'one'],
      [4, 'two'],
      [5, 'three'],
    ],
  ); // 1 configuration, 2 noop
  assert.equal(first.leadership.commitIndex, 6);
  await first.stop();
  assert.equal(first.exitCode, 0);

  const second = new RunningWorker({ dataDir });
  await second.leading();
  assert.deepEqual([...second.state.applied], [...first.state.applied]);
  assert.equal(second.leadership.term, 3);
  const stats = await second.ask('stats');
  assert.ok(stats.kind === 'stats');
  assert.equal(stats.stats['last_log_index'], '7');
  assert.equal(stats.stats['state'], 'Leader');
  assert.deepEqual(await second.ask('verify'), { kind: 'verified', request: 2, ok: true });
  await second.stop();
});

test('in memory nothing is kept, and snapshots still shorten the log', async () => {
  const worker = new RunningWorker({ dataDir: null, raft: { trailingLogs: 2 } });
  await worker.leading();
  await worker.propose(...Array.from({ length: 50 }, (_, i) => `entry ${i}`));
  const taken = await worker.ask('force-snapshot');
  assert.ok(taken.kind === 'snapshot-taken' && taken.error === null);
  assert.equal(taken.meta?.index, 52);
  await worker.propose('after');
  const again = await worker.ask('force-snapshot');
  assert.ok(again.kind === 'snapshot-taken' && again.meta?.index === 53);
  await worker.until('log shortened', () => worker.lines.some((line) => line.includes('compacting logs')));
  await worker.stop();
});

test('a snapshot is taken at the threshold, the log is shortened, and a restart begins with it', async (context) => {
  const dataDir = directory(context);
  const raft = { snapshotThreshold: 100, snapshotIntervalMs: 20, trailingLogs: 10 };
  const first = new RunningWorker({ dataDir, raft });
  await first.leading();
  for (let i = 0; i < 30; i += 1) await first.propose(...Array.from({ length: 5 }, (_, j) => `entry ${i}.${j}`));
  await first.until('snapshot', () => first.lines.some((line) => line.includes('compacting logs from=1')));
  await first.propose('after the snapshot');
  await first.stop();
  const names = readdirSync(join(dataDir, 'raft', 'snapshots'));
  assert.match(names[0] ?? '', /^2-\d+-\d+$/);
  const meta = JSON.parse(readFileSync(join(dataDir, 'raft', 'snapshots', names[0] ?? '', 'meta.json'), 'utf8'));
  assert.deepEqual(Object.keys(meta), [
    'Version',
    'ID',
    'Index',
    'Term',
    'Peers',
    'Configuration',
    'ConfigurationIndex',
    'Size',
    'CRC',
  ]);
  const second = new RunningWorker({ dataDir, raft });
  await second.leading();
  await second.until('the log line', () =>
    second.lines.some((line) => line.includes('starting restore from snapshot')),
  );
  assert.deepEqual([...second.state.applied], [...first.state.applied]);
  await second.stop();
});

test('a snapshot that can no longer be read is passed over for the one before', async (context) => {
  const dataDir = directory(context);
  const first = new RunningWorker({ dataDir });
  await first.leading();
  for (const text of ['one', 'two', 'three']) {
    await first.propose(text);
    const taken = await first.ask('force-snapshot');
    assert.ok(taken.kind === 'snapshot-taken' && taken.error === null);
  }
  const nothing = await first.ask('force-snapshot');
  assert.ok(nothing.kind === 'snapshot-taken' && nothing.error === 'nothing new to snapshot');
  await first.stop();
  const snapshots = join(dataDir, 'raft', 'snapshots');
  const names = readdirSync(snapshots).sort();
  assert.equal(names.length, 2, 'two are retained');
  rmSync(join(snapshots, names[1] ?? '', 'state.bin'));
  const second = new RunningWorker({ dataDir });
  await second.leading();
  await second.until('the log line', () =>
    second.lines.some((line) => line.includes(`failed to open snapshot id=${names[1]}`)),
  );
  assert.deepEqual([...second.state.applied], [...first.state.applied]);
  await second.stop();
});

test('a directory in use by another worker is refused in one line', async (context) => {
  const dataDir = directory(context);
  const owner = new RunningWorker({ dataDir });
  await owner.leading();
  const intruder = new RunningWorker({ dataDir });
  await intruder.ended();
  assert.equal(intruder.exitCode, 1);
  assert.equal(intruder.fatal, `data-dir "${dataDir}" is already in use by another agent`);
  await owner.propose('still working');
  await owner.stop();
});

test('a data-dir that is no directory is one line', async (context) => {
  const dataDir = join(directory(context), 'file', 'below');
  cpSync(new URL(import.meta.url), join(dataDir, '..'));
  const worker = new RunningWorker({ dataDir });
  await worker.ended();
  assert.match(worker.fatal ?? '', /^cannot use data-dir ".*": ENOTDIR/);
});

interface Rows {
  readonly keys: Buffer[];
  readonly values: Buffer[];
}

/** Changes the stored records behind the worker's back. */
async function tamper(dataDir: string, change: (rows: Rows) => [Buffer, Buffer | null]): Promise<void> {
  const level = new ClassicLevel<Buffer, Buffer>(join(dataDir, 'raft', 'log'), {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  await level.open();
  const rows = await level.iterator({ gte: Buffer.from('e'), lt: Buffer.from('f') }).all();
  const [key, value] = change({ keys: rows.map(([k]) => k), values: rows.map(([, v]) => v) });
  if (value) await level.put(key, value, { sync: true } as object);
  else await level.del(key);
  await level.close();
}

function at<T>(list: readonly T[], index: number): T {
  const found = list.at(index);
  assert.ok(found !== undefined);
  return found;
}

async function written(dataDir: string): Promise<void> {
  const worker = new RunningWorker({ dataDir });
  await worker.leading();
  for (const text of ['one', 'two', 'three', 'four']) await worker.propose(text);
  await worker.stop();
}

async function fatalOf(dataDir: string): Promise<string | null> {
  const worker = new RunningWorker({ dataDir });
  await worker.ended();
  assert.equal(worker.exitCode, 1);
  return worker.fatal;
}

test('a corrupt record is reported with its index, never skipped', async (context) => {
  const dataDir = directory(context);
  await written(dataDir);
  await tamper(dataDir, ({ keys, values }) => {
    const value = Buffer.from(at(values, 3));
    value.writeUInt8(value.readUInt8(value.length - 1) ^ 1, value.length - 1);
    return [at(keys, 3), value];
  });
  assert.equal(await fatalOf(dataDir), 'raft log is damaged at index 4: checksum mismatch');
});

test('a missing record in the middle, or at the end, is reported with its index', async (context) => {
  const dataDir = directory(context);
  await written(dataDir);
  const copy = join(directory(context), 'copy');
  cpSync(dataDir, copy, { recursive: true });
  await tamper(dataDir, ({ keys }) => [at(keys, 3), null]);
  assert.equal(await fatalOf(dataDir), 'raft log is damaged at index 4: entries 4 to 4 are missing');
  await tamper(copy, ({ keys }) => [at(keys, -1), null]);
  assert.equal(await fatalOf(copy), 'raft log is damaged at index 6: the log ends at 5, but was durable through 6');
});

test('a torn last record that was never durable is cut with a warning', async (context) => {
  const dataDir = directory(context);
  await written(dataDir);
  await tamper(dataDir, ({ keys, values }) => {
    const key = Buffer.from(at(keys, -1));
    key.writeUInt8(key.readUInt8(8) + 1, 8);
    return [key, at(values, -1).subarray(0, 50)];
  });
  const worker = new RunningWorker({ dataDir });
  await worker.leading();
  await worker.until('the log line', () =>
    worker.lines.some((line) => line.startsWith('[warn] agent.server.raft: cut an incomplete last write at index 7')),
  );
  assert.deepEqual([...worker.state.applied.values()], ['one', 'two', 'three', 'four']);
  await worker.stop();
});

test('without bootstrap the server follows, says what it waits for, and refuses proposals', async (context) => {
  const worker = new RunningWorker({ dataDir: directory(context), bootstrap: false, bootstrapExpect: 3 });
  await worker.until('word of it', () =>
    worker.lines.includes(
      '[warn] agent.server.raft: no known peers, waiting for the expected servers bootstrap-expect=3',
    ),
  );
  const batch = worker.state.propose(['refused']);
  await worker.until('rejected', () => worker.state.answers.has(`rejected ${batch}`));
  assert.deepEqual(worker.state.answers.get(`rejected ${batch}`), {
    kind: 'rejected',
    batch,
    count: 1,
    reason: { code: 'not-leader' },
  });
  assert.deepEqual(await worker.ask('barrier'), { kind: 'barrier-reached', request: 1, index: 0 });
  assert.equal(worker.leadership.mayServe, false);
  await worker.stop();
  assert.equal(worker.exitCode, 0);
});

test('a proposal beyond the bound of unpersisted bytes is refused, the next one is committed', async (context) => {
  const worker = new RunningWorker({ dataDir: directory(context) });
  await worker.leading();
  const batch = worker.state.propose(['x'.repeat(MAX_UNPERSISTED_BYTES)]);
  await worker.until('an answer', () => worker.state.outstanding === 0);
  const reason = { code: 'queue-full' };
  assert.deepEqual(worker.state.answers.get(`rejected ${batch}`), { kind: 'rejected', batch, count: 1, reason });
  await worker.propose('small', 'x'.repeat(2_000_000), 'another');
  assert.deepEqual([...worker.state.applied.keys()], [3, 4, 5]);
  await worker.stop();
});

test('proposals in flight at the stop are committed or refused, never silent', async (context) => {
  const dataDir = directory(context);
  const worker = new RunningWorker({ dataDir });
  await worker.leading();
  for (let i = 0; i < 100; i += 1) worker.state.propose([`entry ${i}`]);
  worker.tell({ kind: 'stop' });
  worker.state.propose(['late']);
  await worker.ended();
  const committed = [...worker.state.applied.values()];
  const again = new RunningWorker({ dataDir });
  await again.leading();
  const kept = new Set(again.state.applied.values());
  for (const text of committed) assert.ok(kept.has(text), text);
  await again.stop();
});

test('a stop that comes before the start is through ends the thread in order', async (context) => {
  const dataDir = directory(context);
  const worker = new RunningWorker({ dataDir });
  await worker.stop();
  assert.equal(worker.exitCode, 0);
  const again = new RunningWorker({ dataDir });
  await again.leading();
  await again.stop();
});
