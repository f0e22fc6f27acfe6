// Blocking queries of a client agent that ask the same: one query of a server, which each caller leaves at its own time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AskedRead, ServerAsking } from '../../../../../src/workers/state/calls/elsewhere.js';
import type { Consistency, ReadSettings } from '../../../../../src/workers/state/calls/read-settings.js';
import { SharedReads } from '../../../../../src/workers/state/calls/shared-reads.js';
import { kvGet } from '../../../../../src/workers/state/methods/kvs.js';
import { waitFor } from '../../../../agent-process.js';

interface Running {
  readonly settings: ReadSettings;
  readonly answer: (index: number) => void;
  isCancelled: boolean;
}

function opened() {
  const running: Running[] = [];
  const asking: Pick<ServerAsking, 'read'> = {
    read(_address, _method, _request, settings, _datacenter, _token, done) {
      const one: Running = {
        settings,
        isCancelled: false,
        answer: (index) =>
          done({ ok: true, value: null as never, index, origin: { hasLeader: true, lastContactMs: 0 }, bytes: 1 }),
      };
      running.push(one);
      return {
        cancel: () => {
          one.isCancelled = true;
        },
      };
    },
  };
  const shared = new SharedReads(asking);
  const answers: number[] = [];
  const read = (key: string, waitMs: number, minIndex = 7, consistency: Consistency = 'default') =>
    shared.read(
      {
        address: '127.0.0.1:8300',
        method: kvGet,
        request: key,
        settings: { consistency, minIndex, waitMs, maxStaleMs: 0 },
        datacenter: 'dc1',
        token: '',
      },
      (answer: AskedRead<unknown>) => answers.push(answer.ok ? answer.index : -1),
    );
  return { running, shared, answers, read };
}

test('callers that ask the same share a query, and others do not', async () => {
  const { running, shared, answers, read } = opened();
  for (let i = 0; i < 300; i += 1) read('a', 60_000);
  read('b', 60_000);
  read('a', 60_000, 8);
  assert.equal(running.length, 3);
  assert.equal(shared.waiting, 302);
  running[0]?.answer(9);
  await waitFor(() => answers.length === 300, 'all 300 to be told');
  assert.deepEqual([...new Set(answers)], [9]);
  assert.equal(shared.waiting, 2);
});

test('the query ends when the last of them has gone', () => {
  const { running, shared, read } = opened();
  const first = read('a', 60_000);
  const second = read('a', 60_000);
  first.cancel();
  assert.equal(running[0]?.isCancelled, false);
  second.cancel();
  assert.equal(running[0]?.isCancelled, true);
  assert.equal(shared.waiting, 0);
});

test('who has less time asks once without waiting, and the query goes on for the others', async () => {
  const { running, answers, read } = opened();
  read('a', 60_000);
  read('a', 10);
  await waitFor(() => running.length === 2, 'the question of the one whose time is over');
  assert.equal(running[1]?.settings.minIndex, 0);
  running[1]?.answer(7);
  assert.deepEqual(answers, [7]);
  assert.equal(running[0]?.isCancelled, false);
});

test('who has more time asks again when the query ran out', async () => {
  const { running, answers, read } = opened();
  // So short that its time counts as over.
  read('a', 100);
  read('a', 60_000);
  running[0]?.answer(7);
  await waitFor(() => running.length === 2, 'a second query');
  assert.deepEqual(answers, [7]);
  running[1]?.answer(8);
  await waitFor(() => answers.length === 2, 'the other to be told');
  assert.deepEqual(answers, [7, 8]);
});

test('an answer that comes before its time is for all, be its index lower: the state was restored', async () => {
  const { running, answers, read } = opened();
  read('a', 10_000);
  read('a', 60_000);
  running[0]?.answer(3);
  await waitFor(() => answers.length === 2, 'both to be told');
  assert.deepEqual(answers, [3, 3]);
  assert.equal(running.length, 1);
});

test('nobody shares what makes sure of its leader', () => {
  const { running, read } = opened();
  read('a', 60_000, 7, 'consistent');
  read('a', 60_000, 7, 'consistent');
  read('a', 60_000);
  assert.equal(running.length, 3);
});

test('the stop ends all waiting: those who ask the same are told by one call what there is now', async () => {
  const { running, shared, answers, read } = opened();
  for (let i = 0; i < 300; i += 1) read('a', 60_000);
  read('a', 60_000, 7, 'consistent');
  shared.stop();
  assert.deepEqual(
    running.map(({ settings, isCancelled }) => [settings.minIndex, isCancelled]),
    [
      [7, true],
      [7, true],
      [0, false],
      [0, false],
    ],
  );
  running[2]?.answer(7);
  running[3]?.answer(7);
  await waitFor(() => answers.length === 301, 'all to be told');
  assert.deepEqual([new Set(answers).size, shared.waiting], [1, 0]);
  read('a', 60_000);
  assert.equal(running[4]?.settings.minIndex, 0);
});
