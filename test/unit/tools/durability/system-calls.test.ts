// Recorded lines of strace as the durability tests read them: calls on one line and on two, paths with quotes, failures.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrace } from '../../../integration/durability/system-calls.js';
import { Trace } from '../../../integration/durability/trace.js';

const RECORDED = String.raw`6454  openat(AT_FDCWD</work>, "/data/raft/log.durable", O_RDWR|O_CREAT|O_CLOEXEC, 0600) = 22</data/raft/log.durable>
6431  pwrite64(22</data/raft/log.durable>, "LRM1\0\0) = 3\0z\0"<", 16, 0 <unfinished ...>
6453  rename("/data/a \"b\".tmp", "/data/a \"b\"") = 0
6431  <... pwrite64 resumed>)           = 16
6453  fdatasync(20</data/raft/log/000003.log> <unfinished ...>
6456  mkdir("/data/raft/log", 0755)     = -1 EEXIST (File exists)
6456  sendto(33<socket:[81733]>, "HTTP/1.1 200 OK\r\n", 17, MSG_NOSIGNAL, NULL, 0) = 17
6453  <... fdatasync resumed>)          = 0
6431  --- SIGTERM {si_signo=SIGTERM, si_code=SI_USER, si_pid=1, si_uid=0} ---
6456  fsync(21</data> <unfinished ...>
6431  +++ exited with 0 +++
`;

test('calls are found with their place, path and outcome', () => {
  const calls = parseTrace(RECORDED).map(({ name, path, newPath, began, ended, failed }) => ({
    ...{ name, path, newPath, began, ended, failed },
  }));
  assert.deepEqual(calls, [
    { name: 'openat', path: '/data/raft/log.durable', newPath: '', began: 0, ended: 0, failed: false },
    { name: 'pwrite64', path: '/data/raft/log.durable', newPath: '', began: 1, ended: 3, failed: false },
    { name: 'rename', path: '/data/a \\"b\\".tmp', newPath: '/data/a \\"b\\"', began: 2, ended: 2, failed: false },
    { name: 'fdatasync', path: '/data/raft/log/000003.log', newPath: '', began: 4, ended: 7, failed: false },
    { name: 'mkdir', path: '/data/raft/log', newPath: '', began: 5, ended: 5, failed: true },
    { name: 'sendto', path: 'socket:[81733]', newPath: '', began: 6, ended: 6, failed: false },
    { name: 'fsync', path: '/data', newPath: '', began: 9, ended: Number.POSITIVE_INFINITY, failed: true },
  ]);
});

/** `lines` as one thread's calls, each over before the next. */
function traceOf(...lines: readonly string[]): Trace {
  return new Trace(lines.map((line) => `7  ${line}`).join('\n'));
}

const OPENED = 'openat(AT_FDCWD</>, "/d/f", O_RDWR|O_CREAT, 0600) = 3</d/f>';
const OPENED_SYNCED = 'openat(AT_FDCWD</>, "/d/f", O_RDWR|O_DSYNC) = 3</d/f>';
const WRITE = 'write(3</d/f>, "text", 4) = 4';
const SYNC = 'fdatasync(3</d/f>) = 0';
const ANSWER = 'write(1</dev/pts/0>, "done", 4) = 4';

function assertWritten(trace: Trace): void {
  trace.assertDurableBefore(trace.write(/\/f$/, 'text'), trace.write(/pts/, 'done'));
}

test('a write is durable with the next sync of its file, or at once in a file opened for that', () => {
  assertWritten(traceOf(OPENED, WRITE, SYNC, ANSWER));
  assertWritten(traceOf(OPENED_SYNCED, WRITE, ANSWER));
  assert.throws(() => assertWritten(traceOf(OPENED, WRITE, ANSWER)), /\/d\/f: never synced/);
  assert.throws(() => assertWritten(traceOf(OPENED, SYNC, WRITE, ANSWER)), /never synced/);
  assert.throws(() => assertWritten(traceOf(OPENED, WRITE, ANSWER, SYNC)), /synced after the answer/);
  assert.throws(() => assertWritten(traceOf(OPENED_SYNCED, ANSWER, WRITE)), /written after the answer/);
  assert.throws(() => assertWritten(traceOf(OPENED, WRITE, 'fdatasync(4</d/g>) = 0', ANSWER)), /never synced/);
  assert.throws(() => assertWritten(traceOf(OPENED, WRITE, 'fdatasync(3</d/f>) = -1 EIO (Input)', ANSWER)), /never/);
  // Opened again without the flag.
  assert.throws(() => assertWritten(traceOf(OPENED_SYNCED, OPENED, WRITE, ANSWER)), /never synced/);
});

test('a sync that is still under way when the answer begins is too late', () => {
  const sync = ['7  fdatasync(3</d/f> <unfinished ...>', `8  ${ANSWER}`, '7  <... fdatasync resumed>) = 0'];
  assert.throws(
    () => assertWritten(new Trace([`7  ${OPENED}`, `7  ${WRITE}`, ...sync].join('\n'))),
    /after the answer/,
  );
});

test('a file is replaced by one that is on the disk, and its name follows', () => {
  const rename = 'rename("/d/f", "/d/g") = 0';
  const named = 'fsync(4</d>) = 0';
  const check = (...lines: readonly string[]): void => {
    const trace = traceOf(...lines);
    trace.assertReplacedBefore('/d/g', trace.write(/pts/, 'done'));
  };
  check(OPENED, WRITE, SYNC, rename, named, ANSWER);
  assert.throws(() => check(OPENED, WRITE, rename, SYNC, named, ANSWER), /synced before it is renamed/);
  assert.throws(() => check(OPENED, WRITE, SYNC, WRITE, rename, named, ANSWER), /synced before it is renamed/);
  assert.throws(() => check(OPENED, WRITE, SYNC, named, rename, ANSWER), /directory of \/d\/g is synced between/);
  assert.throws(() => check(OPENED, WRITE, SYNC, rename, ANSWER, named), /directory of \/d\/g is synced between/);
  assert.throws(() => check(OPENED, WRITE, SYNC, named, ANSWER, rename), /gets its name before the answer/);
});
