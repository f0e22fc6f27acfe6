// An operator's restore, and what waits for it.

import assert from 'node:assert/strict';
import { createReadStream } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Logger, LogSink } from '../../../../src/observe/logger.js';
import type { RaftToState, StateToRaft } from '../../../../src/wire/raft/raft-port.js';
import { term } from '../../../../src/workers/raft/core/entry.js';
import type { RaftCore } from '../../../../src/workers/raft/core/raft.js';
import { OperatorRestore } from '../../../../src/workers/raft/operator-restore.js';
import { MemorySnapshots, type SnapshotSink } from '../../../../src/workers/raft/snapshot/snapshot-store.js';
import { drain, leading, took } from './one-server.js';

const RESTORE = { kind: 'restore-state', request: 1, path: '/nonexistent/state.bin', index: 9 } as const;
const TRANSFER = { kind: 'order', request: 2, order: { order: 'transfer', id: 'b' } } as const;
const REMOVE = { kind: 'order', request: 3, order: { order: 'remove', id: 'c' } } as const;

/** A leader whose configuration is committed. */
function settled(): RaftCore {
  const core = leading();
  drain(core);
  for (const id of ['b', 'c']) core.step(took(id, core.term, core.log.last.index), 210);
  drain(core, 210);
  return core;
}

function restoring(
  core: RaftCore,
  snapshots = new MemorySnapshots(),
): {
  restore: OperatorRestore;
  posted: RaftToState[];
  failures: unknown[];
  over: Promise<readonly StateToRaft[]>;
} {
  const posted: RaftToState[] = [];
  const failures: unknown[] = [];
  let resume: (held: readonly StateToRaft[]) => void = () => {};
  const over = new Promise<readonly StateToRaft[]>((resolve) => {
    resume = resolve;
  });
  const restore = new OperatorRestore({
    core,
    snapshots,
    state: { post: (message) => posted.push(message) },
    readFile: (path) => createReadStream(path),
    quiet: () => Promise.resolve(),
    restored: () => assert.fail('restored'),
    resume,
    logger: new Logger('raft', new LogSink('error', () => {})),
    failed: (error) => failures.push(error),
  });
  return { restore, posted, failures, over };
}

test('who is handing over restores nothing', () => {
  const core = settled();
  assert.ok(core.transfer('b', 210).ok);
  const { restore, posted } = restoring(core);
  restore.begin(RESTORE);
  assert.deepEqual(posted, [{ kind: 'restore-refused', request: 1, error: 'leadership transfer in progress' }]);
});

test('a hand-over waits until a restore is over, as do proposals; other orders go on', async () => {
  const { restore, posted, over } = restoring(settled());
  const propose = { kind: 'propose', batch: 4, count: 1, entries: new ArrayBuffer(4) } as const;
  assert.equal(restore.holds(TRANSFER), false);
  restore.begin(RESTORE);
  assert.deepEqual(
    [TRANSFER, REMOVE, propose].map((message) => restore.holds(message)),
    [true, false, true],
  );
  assert.deepEqual(await over, [TRANSFER, propose]);
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['restore-refused'],
  );
});

test('a snapshot that is durable and then has no place in the log ends the server: the next start might find it', async () => {
  const core = settled();
  class Deposing extends MemorySnapshots {
    override async create(...about: Parameters<MemorySnapshots['create']>): Promise<SnapshotSink> {
      const sink = await super.create(...about);
      const finish = async (): ReturnType<SnapshotSink['finish']> => {
        const heartbeat = { kind: 'heartbeat', from: 'b', to: 'a', term: term(core.term + 1), sentMs: 1 } as const;
        core.step({ ...heartbeat, readRound: 0 }, 220);
        return sink.finish();
      };
      return { ...sink, finish };
    }
  }
  const { restore, failures, over } = restoring(core, new Deposing());
  restore.begin({ ...RESTORE, path: fileURLToPath(import.meta.url) });
  await over;
  assert.match(String(failures[0]), /only the leader of the term restores/);
  assert.equal(restore.isFrozen, true);
});
