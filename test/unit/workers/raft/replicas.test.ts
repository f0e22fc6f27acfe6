// Two replicas behind one log: each goes at its own pace, within its own credit, and both hear of a snapshot.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMITTED_WINDOW_BYTES, type RaftToState, type StateToRaft } from '../../../../src/wire/raft/raft-port.js';
import { type EntryRun, EntryType, type LogIndex, logIndex, term } from '../../../../src/workers/raft/core/entry.js';
import { Delivery } from '../../../../src/workers/raft/delivery.js';
import { Replicas } from '../../../../src/workers/raft/replicas.js';
import { Restore } from '../../../../src/workers/raft/restore.js';
import type { SnapshotDescription } from '../../../../src/workers/raft/snapshot/meta.js';
import type { StateLink } from '../../../../src/workers/raft/state-port.js';
import { packTexts } from '../../../simulation/raft/fake-state.js';
import { VirtualSnapshots } from '../../../simulation/raft/virtual-snapshots.js';

const ENTRY = 'x'.repeat(COMMITTED_WINDOW_BYTES / 4);

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A replica that hears everything at once, and says what it has applied when it is told to. */
class Replica implements StateLink {
  /** `3` for entries through index 3, `restore 9` for a snapshot. */
  readonly got: string[] = [];
  isPrompt = true;
  /** Bytes of entries that came and were not given back. */
  held = 0;
  #take: (message: StateToRaft) => void = () => {};

  listen(take: (message: StateToRaft) => void): void {
    this.#take = take;
  }

  post(message: RaftToState): void {
    if (message.kind === 'restore-end') queueMicrotask(() => this.#take({ kind: 'restored', index: 0 }));
    if (message.kind === 'restore-begin') this.got.push(`restore ${message.meta.index}`);
    if (message.kind !== 'committed') return;
    this.got.push(String(message.through));
    this.held += message.entries.byteLength;
    if (this.isPrompt) queueMicrotask(() => this.giveBack());
  }

  giveBack(): void {
    const bytes = this.held;
    this.held = 0;
    this.#take({ kind: 'applied', index: 0, bytes });
  }

  say(message: StateToRaft): void {
    this.#take(message);
  }

  close(): void {}
}

/** A log of twelve entries, each a quarter of the window, and a prompt proposer behind it. */
function world() {
  const snapshots = new VirtualSnapshots();
  const log = {
    begin: logIndex(0),
    termAt: () => term(1),
    read: async (from: LogIndex): Promise<readonly EntryRun[]> => {
      if (from <= log.begin) throw new Error(`entry ${from} is missing`);
      const payload = new Uint8Array(packTexts([ENTRY]));
      return [{ firstIndex: from, count: 1, term: term(1), type: EntryType.command, appendedAtMs: 0, payload }];
    },
  };
  const proposer = new Replica();
  const restore = new Restore(proposer, snapshots);
  const failures: unknown[] = [];
  const failed = (error: unknown): number => failures.push(error);
  const newestSnapshot = (): Promise<SnapshotDescription | null> => snapshots.newestReadable(() => {});
  const delivery = new Delivery({ state: proposer, log, restore, newestSnapshot, failed }, logIndex(0));
  proposer.listen((message) => {
    if (message.kind === 'applied') delivery.credit(message.bytes);
    if (message.kind === 'restored') restore.restored();
  });
  const replicas = new Replicas({ log, snapshots, failed }, delivery);
  const snapshot = async (index: number): Promise<SnapshotDescription> => {
    const configuration = { index: logIndex(1), configuration: { servers: [] } };
    const sink = await snapshots.create({ index: logIndex(index), term: term(1) }, configuration);
    await sink.write(Buffer.from('state'));
    return sink.finish();
  };
  return { log, proposer, replicas, snapshot, failures };
}

/** Until nothing more happens by itself. */
async function rest(): Promise<void> {
  for (let i = 0; i < 60; i += 1) await settle();
}

function through(from: number, last: number): string[] {
  return Array.from({ length: last - from + 1 }, (_, i) => String(from + i));
}

test('a slow reader holds up nobody, and has no more under way than its credit', async () => {
  const { proposer, replicas, failures } = world();
  const slow = new Replica();
  slow.isPrompt = false;
  const reader = replicas.attach(slow);
  for (let index = 1; index <= 12; index += 1) replicas.commit(logIndex(index));
  await rest();
  assert.deepEqual(proposer.got, through(1, 12));
  assert.deepEqual(slow.got, through(1, 4));
  assert.equal(reader.delivered, 4);
  for (let i = 0; i < 3; i += 1) {
    slow.giveBack();
    await rest();
  }
  assert.deepEqual(slow.got, through(1, 12));
  assert.deepEqual(failures, []);
});

test('a reader that is attached late begins with the first entry, or with the newest snapshot', async () => {
  const { log, replicas, snapshot, failures } = world();
  replicas.commit(logIndex(6));
  const early = new Replica();
  replicas.attach(early);
  await rest();
  assert.deepEqual(early.got, through(1, 6));
  await snapshot(4);
  log.begin = logIndex(3);
  const late = new Replica();
  replicas.attach(late);
  await rest();
  assert.deepEqual(late.got, ['restore 4', '5', '6']);
  assert.deepEqual(failures, []);
});

test('a reader whose next entries were dropped gets the newest snapshot, and goes on after it', async () => {
  const { log, replicas, snapshot, failures } = world();
  const slow = new Replica();
  slow.isPrompt = false;
  replicas.attach(slow);
  replicas.commit(logIndex(12));
  await rest();
  await snapshot(10);
  log.begin = logIndex(9);
  slow.giveBack();
  await rest();
  assert.deepEqual(slow.got, [...through(1, 4), 'restore 10', '11', '12']);
  assert.deepEqual(failures, []);
});

test('a snapshot from a leader reaches both, however slow', async () => {
  const { log, proposer, replicas, snapshot, failures } = world();
  const slow = new Replica();
  slow.isPrompt = false;
  replicas.attach(slow);
  replicas.commit(logIndex(6));
  await rest();
  replicas.install(await snapshot(20));
  log.begin = logIndex(20);
  replicas.commit(logIndex(21));
  await rest();
  assert.deepEqual(proposer.got, [...through(1, 6), 'restore 20', '21']);
  assert.deepEqual(slow.got, [...through(1, 4), 'restore 20']);
  slow.giveBack();
  await rest();
  assert.deepEqual(slow.got.at(-1), '21');
  assert.deepEqual(failures, []);
});

test('a reader that is detached gets nothing more, and the others go on', async () => {
  const { proposer, replicas } = world();
  const gone = new Replica();
  const reader = replicas.attach(gone);
  replicas.commit(logIndex(1));
  await rest();
  await reader.detach();
  replicas.commit(logIndex(2));
  await rest();
  assert.deepEqual([gone.got, proposer.got], [through(1, 1), through(1, 2)]);
  await replicas.stop();
  replicas.commit(logIndex(3));
  await rest();
  assert.deepEqual(proposer.got, through(1, 2));
});

test('a reader only reads', () => {
  const { replicas } = world();
  const reader = new Replica();
  replicas.attach(reader);
  assert.throws(() => reader.say({ kind: 'barrier', request: 1 }), /barrier from a reader/);
});

test('a snapshot that took the place of the log is handed over when it is committed, and nothing before it', async () => {
  const { log, proposer, replicas, snapshot, failures } = world();
  replicas.commit(logIndex(2));
  await rest();
  replicas.install(await snapshot(20));
  log.begin = logIndex(20);
  replicas.commit(logIndex(5));
  await rest();
  assert.deepEqual(proposer.got, through(1, 2));
  replicas.commit(logIndex(20));
  await rest();
  assert.deepEqual(proposer.got, [...through(1, 2), 'restore 20']);
  assert.deepEqual(failures, []);
});
