// What is replayed comes in pieces, split by term, no faster than the credit allows; what was proposed here comes after it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { COMMITTED_WINDOW_BYTES, type RaftToState } from '../../../../src/wire/raft/raft-port.js';
import { type EntryRun, EntryType, logIndex, term } from '../../../../src/workers/raft/core/entry.js';
import { countEntries, sliceEntries } from '../../../../src/workers/raft/core/packed.js';
import { type CommittedLog, Delivery } from '../../../../src/workers/raft/delivery.js';
import { Restore } from '../../../../src/workers/raft/restore.js';
import { MemorySnapshots } from '../../../../src/workers/raft/snapshot/snapshot-store.js';
import type { StateChannel } from '../../../../src/workers/raft/state-port.js';
import { packTexts, unpackTexts } from '../../../simulation/raft/fake-state.js';

function run(first: number, texts: readonly string[], of = 1, type: EntryRun['type'] = EntryType.command): EntryRun {
  const payload = new Uint8Array(packTexts(texts));
  return { firstIndex: logIndex(first), count: texts.length, term: term(of), type, appendedAtMs: 0, payload };
}

function delivery(runs: readonly EntryRun[], from = 0) {
  const posted: RaftToState[] = [];
  const read = async (begin: number, through: number): Promise<readonly EntryRun[]> =>
    runs.filter((one) => one.firstIndex + one.count > begin && one.firstIndex <= through);
  const subject = deliveryOf(posted, read, from);
  return { subject, posted };
}

function deliveryOf(
  posted: RaftToState[],
  read: CommittedLog['read'],
  from = 0,
  termAt: CommittedLog['termAt'] = () => term(1),
): Delivery {
  const state: StateChannel = { post: (message) => posted.push(message) };
  const restore = new Restore(state, new MemorySnapshots());
  const log = { begin: logIndex(0), read, termAt };
  return new Delivery({ state, log, restore, newestSnapshot: async () => null, failed: unexpected }, logIndex(from));
}

function unexpected(error: unknown): void {
  assert.fail(String(error));
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('a replay gives each command its index, splits at a new term, and tells of entries without a command', async () => {
  const { subject, posted } = delivery(
    [run(1, ['', ''], 1, EntryType.configuration), run(3, ['c', 'd', 'e'], 1), run(6, [''], 2, EntryType.noop)],
    1,
  );
  subject.commit(logIndex(6));
  await settle();
  const seen = posted.map((message) => {
    assert.ok(message.kind === 'committed');
    return [[...message.indexes], unpackTexts(message.entries), message.through, message.term];
  });
  assert.deepEqual(seen, [
    [[3, 4, 5], ['c', 'd', 'e'], 5, 1],
    [[], [], 6, 2],
  ]);
});

test('a command with extensions is told alone, in its place; other entries with some are passed over', async () => {
  const beside = Buffer.from('08011802', 'hex');
  const runs = [
    run(1, ['a']),
    { ...run(2, ['part one']), extensions: beside },
    { ...run(3, ['part two']), extensions: Buffer.from('080110011802', 'hex') },
    { ...run(4, [''], 1, EntryType.noop), extensions: beside },
    run(5, ['b', 'c']),
  ];
  const { subject, posted } = delivery(runs);
  subject.commit(logIndex(6));
  await settle();
  const seen = posted.map((message) => {
    if (message.kind === 'committed') return [[...message.indexes], message.through];
    assert.ok(message.kind === 'committed-extended');
    return [message.index, Buffer.from(message.data).toString(), Buffer.from(message.extensions).toString('hex')];
  });
  assert.deepEqual(seen, [
    [[1], 1],
    [2, 'part one', '08011802'],
    [3, 'part two', '080110011802'],
    [[5, 6], 6],
  ]);
});

test('a record is cut to what is wanted of it', async () => {
  const { subject, posted } = delivery([run(1, ['a', 'b', 'c', 'd'])], 1);
  subject.commit(logIndex(3));
  await settle();
  assert.ok(posted[0]?.kind === 'committed');
  assert.deepEqual([...posted[0].indexes], [2, 3]);
  assert.deepEqual(unpackTexts(posted[0].entries), ['b', 'c']);
});

test('without credit a replay waits; own entries and barriers keep their place behind it', async () => {
  const big = 'x'.repeat(COMMITTED_WINDOW_BYTES);
  const runs = [run(1, [big]), run(2, ['second'])];
  const posted: RaftToState[] = [];
  const read = async (begin: number): Promise<readonly EntryRun[]> => runs.filter((one) => one.firstIndex === begin);
  const subject = deliveryOf(posted, read);
  subject.own({ batch: 9, firstIndex: logIndex(3), count: 2, term: term(1) });
  subject.barrier(5, logIndex(4), term(1));
  subject.commit(logIndex(4));
  await settle();
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['committed'],
  );
  subject.credit(COMMITTED_WINDOW_BYTES + 4);
  await settle();
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['committed', 'committed', 'committed-own', 'barrier-reached'],
  );
  assert.deepEqual(posted[2], { kind: 'committed-own', batch: 9, firstIndex: 3, count: 2, term: 1 });
});

test('the replica is asked how far it is when its credit runs low, and of what holds the first entry of a term', async () => {
  const third = 'x'.repeat(COMMITTED_WINDOW_BYTES / 3);
  const runs = [1, 2, 3].map((first) => run(first, [third]));
  const posted: RaftToState[] = [];
  const read = async (begin: number): Promise<readonly EntryRun[]> => runs.filter((one) => one.firstIndex === begin);
  const subject = deliveryOf(posted, read);
  const asked = (): readonly boolean[] => posted.map((message) => message.kind === 'committed' && message.isAnswered);
  subject.commit(logIndex(2));
  await settle();
  assert.deepEqual(asked(), [false, true]);
  subject.credit(2 * (third.length + 4));
  subject.own({ batch: null, firstIndex: logIndex(4), count: 1, term: term(1) });
  subject.commit(logIndex(4));
  await settle();
  assert.deepEqual(asked(), [false, true, false, true]);
});

test('a batch of its own is named when all of it is committed', async () => {
  const { subject, posted } = delivery([]);
  subject.own({ batch: 9, firstIndex: logIndex(1), count: 2, term: term(1) });
  subject.commit(logIndex(1));
  await settle();
  assert.deepEqual(posted, []);
  subject.commit(logIndex(2));
  assert.deepEqual(
    posted.map(({ kind }) => kind),
    ['committed-own'],
  );
});

test('packed entries are counted only when whole', () => {
  const payload = new Uint8Array(packTexts(['a', '', 'long entry']));
  assert.equal(countEntries(payload), 3);
  assert.equal(countEntries(payload.subarray(0, payload.length - 1)), null);
  assert.deepEqual(unpackTexts(new Uint8Array(sliceEntries(payload, 1, 2)).buffer), ['', 'long entry']);
});

test('a replay that waits for credit ends at the stop, and hands out nothing more', async () => {
  const big = 'x'.repeat(COMMITTED_WINDOW_BYTES);
  const posted: RaftToState[] = [];
  const runs = [run(1, [big]), run(2, ['second'])];
  const read = async (begin: number): Promise<readonly EntryRun[]> => runs.filter((one) => one.firstIndex === begin);
  const subject = deliveryOf(posted, read);
  subject.commit(logIndex(2));
  await settle();
  await subject.stop();
  assert.equal(posted.length, 1);
  assert.equal(subject.delivered, 1);
});

test('when the term is lost, only what lies committed in the log belongs to its proposer', async () => {
  const posted: RaftToState[] = [];
  const terms = new Map([1, 1, 3, 3].map((of, i) => [i + 1, term(of)]));
  const read = async (): Promise<readonly EntryRun[]> => [run(3, ['other', 'too'], 3)];
  const subject = deliveryOf(posted, read, 0, (index) => terms.get(index) ?? null);
  subject.own({ batch: 1, firstIndex: logIndex(1), count: 2, term: term(1) });
  subject.own({ batch: 2, firstIndex: logIndex(3), count: 1, term: term(1) });
  subject.own({ batch: null, firstIndex: logIndex(4), count: 1, term: term(1) });
  subject.barrier(7, logIndex(4), term(1));
  subject.own({ batch: 3, firstIndex: logIndex(5), count: 1, term: term(1) });
  subject.disown(logIndex(4));
  subject.commit(logIndex(4));
  await settle();
  assert.deepEqual(
    posted.map((message) => [message.kind, 'batch' in message ? message.batch : 0]),
    [
      ['rejected', 2],
      ['rejected', 3],
      ['barrier-reached', 0],
      ['committed-own', 1],
      ['committed', 0],
    ],
  );
  assert.ok(posted[2]?.kind === 'barrier-reached' && posted[2].index === 0);
  assert.ok(posted[4]?.kind === 'committed');
  assert.deepEqual(unpackTexts(posted[4].entries), ['other', 'too']);
});
