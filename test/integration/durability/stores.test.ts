// Each kind of write that an agent acknowledges, as the kernel is asked for it: on the disk before anybody is told. One run
// of every-write.ts under strace shows them all.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { skipWithoutStrace, straceTo, traceIn } from './strace.js';
import type { SystemCall } from './system-calls.js';
import type { Trace } from './trace.js';

const DEADLINE_MS = 120_000;
const CHILD = fileURLToPath(new URL('./every-write.js', import.meta.url));
const RAFT_LOG = /\/raft\/log\/\d+\.log$/;
const MARKER = 'log.durable';

describe('what is acknowledged is on the disk', { skip: skipWithoutStrace }, () => {
  const folder = fs.mkdtempSync(path.join(fs.realpathSync(os.tmpdir()), 'lictor-writes-'));
  const dataDir = path.join(folder, 'data');
  let trace: Trace;

  before(async () => {
    fs.mkdirSync(dataDir);
    const file = path.join(folder, 'trace');
    const [strace = '', ...flags] = straceTo(file);
    execFileSync(strace, [...flags, process.execPath, CHILD, dataDir], { timeout: DEADLINE_MS });
    trace = await traceIn(file);
  });
  after(() => fs.rmSync(folder, { recursive: true, force: true }));

  const answer = (kind: string): SystemCall => trace.write(/./, `answered ${kind}\\n`);
  const inData = (...names: string[]): string => path.join(dataDir, ...names);

  /** The directory was made, and its name is durable before `kind` is answered. */
  function assertMadeBefore(directory: string, kind: string): void {
    const made = trace.find(`mkdir ${directory}`, ({ name, path: of }) => name === 'mkdir' && of === directory);
    assert.ok(trace.syncedAfter(path.dirname(directory), made.ended) < answer(kind).began, directory);
  }

  test('the probe of the data directory', () => {
    trace.assertDurableBefore(trace.write(/\.write-test-\d+$/, 'lictor'), answer('probe'));
  });

  test('the node ID', () => {
    trace.assertReplacedBefore(inData('node-id'), answer('node-id'));
  });

  test("the raft log's own files and directories", () => {
    for (const directory of [inData('raft'), inData('raft', 'log'), inData('raft', 'snapshots')]) {
      assertMadeBefore(directory, 'raft-open');
    }
    trace.assertReplacedBefore(inData('raft', 'log', 'CURRENT'), answer('raft-open'));
    trace.assertDurableBefore(trace.write(/\/raft\/log\.durable$/, 'LRM1'), answer('raft-open'));
  });

  test('term and vote', () => {
    trace.assertDurableBefore(trace.write(RAFT_LOG, 'voted-for'), answer('vote'));
  });

  test('a raft entry', () => {
    trace.assertDurableBefore(trace.write(RAFT_LOG, 'first-entry'), answer('entry'));
  });

  test('the marker goes back, durably, before entries are replaced', () => {
    const replaced = trace.write(RAFT_LOG, 'other-entry');
    const second = trace.write(RAFT_LOG, 'second-entry');
    const forward = trace.write(/\/raft\/log\.durable$/, 'LRM1\\2', second.ended);
    const back = trace.write(/\/raft\/log\.durable$/, 'LRM1\\1', forward.ended);
    trace.assertDurableBefore(back, replaced);
    trace.assertDurableBefore(replaced, answer('truncation'));
  });

  test('where the log begins, before what is in front of it is removed', () => {
    const begin = trace.write(RAFT_LOG, 'mbegin');
    const removal = trace.find('the removal', ({ name, path: of, began }) => {
      return name === 'write' && RAFT_LOG.test(of) && began > begin.began;
    });
    trace.assertDurableBefore(begin, removal);
    trace.assertDurableBefore(begin, answer('drop'));
  });

  test('a raft snapshot: state, meta, their directory, then its name', () => {
    const target = inData('raft', 'snapshots', '7-2-1');
    const renamed = trace.assertReplacedBefore(target, answer('raft-snapshot'));
    for (const [file, text] of [
      ['state.bin', 'state-of-the-snapshot'],
      ['meta.json', 'ConfigurationIndex'],
    ] as const) {
      trace.assertDurableBefore(trace.write(new RegExp(`${file}$`), text), renamed);
    }
    const meta = trace.write(/meta\.json$/, 'ConfigurationIndex');
    assert.ok(trace.syncedAfter(`${target}.tmp`, meta.ended) < renamed.began, 'the names in it');
  });

  test("the registrations' first files: the marker, then the snapshot, then the log", () => {
    assertMadeBefore(inData('local'), 'local-open');
    const marker = trace.write(/\/local\/log\.durable$/, 'LICTMRK1');
    const snapshot = trace.assertReplacedBefore(inData('local', 'snapshot-0000000001'), answer('local-open'));
    trace.assertDurableBefore(marker, snapshot);
    assert.ok(trace.syncedAfter(inData('local'), marker.ended) < snapshot.began, "the marker's name");
    const log = trace.write(/\/local\/log-0000000001$/, 'LICTLOC2');
    assert.ok(trace.syncedAfter(inData('local'), snapshot.ended) < log.began, "the snapshot's name");
    trace.assertDurableBefore(log, answer('local-open'));
    assert.ok(trace.syncedAfter(inData('local'), log.ended) < answer('local-open').began, "the log's name");
  });

  test('a registration, in a log that was made and in one that was opened', () => {
    trace.assertDurableBefore(trace.write(/\/local\/log-/, 'in-a-new-log'), answer('registration-new'));
    trace.assertDurableBefore(trace.write(/\/local\/log-/, 'in-an-old-log'), answer('registration-old'));
  });

  test('a log of registrations goes only after the snapshot that replaces it is there', () => {
    const next = inData('local', 'snapshot-0000000002');
    const renamed = trace.assertReplacedBefore(next, answer('compaction'));
    const named = trace.syncedAfter(inData('local'), renamed.ended);
    for (const old of ['log-0000000001', 'snapshot-0000000001']) {
      const removed = trace.find(
        `unlink ${old}`,
        ({ name, path: of }) => name === 'unlink' && of === inData('local', old),
      );
      assert.ok(named < removed.began, old);
      const told = trace.write(new RegExp(`/local/${MARKER.replace('.', '\\.')}$`), 'LICTMRK1', renamed.ended);
      assert.ok(told.ended < removed.began, 'the marker says so before');
    }
  });

  test('a keyring, new and changed', () => {
    const file = inData('serf', 'local.keyring');
    trace.assertReplacedBefore(file, answer('keyring-new'));
    const changed = trace.assertReplacedBefore(file, answer('keyring-changed'));
    assert.ok(changed.began > answer('keyring-new').ended);
  });

  test('a leave in the Serf snapshot, and a shorter snapshot in its place', () => {
    trace.assertDurableBefore(trace.write(/\/serf\/local\.snapshot$/, 'leave\\n'), answer('leave'));
    trace.assertReplacedBefore(inData('serf', 'local.snapshot'), answer('serf-compaction'));
  });
});
