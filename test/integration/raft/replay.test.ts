// A restart with a log larger than the state worker takes at once: nobody is told of a leader, by message or in the shared
// words, before everything that was acknowledged is with the state worker. A read in between would miss it.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { COMMITTED_WINDOW_BYTES } from '../../../src/wire/raft/raft-port.js';
import { temporaryDirectory } from '../../temporary.js';
import { endWorkers, RunningWorker } from './running-worker.js';

afterEach(endWorkers);

const ENTRY_BYTES = 64 * 1024;
const DEADLINE_MS = 60_000;
const ENTRIES = Math.ceil((1.5 * COMMITTED_WINDOW_BYTES) / ENTRY_BYTES);

test('a leader is told only when the log is replayed to its end', async (context) => {
  const dataDir = temporaryDirectory(context);
  const first = new RunningWorker({ dataDir });
  await first.leading();
  for (let i = 0; i < ENTRIES; i += 1) await first.propose(`${i} ${'x'.repeat(ENTRY_BYTES)}`);
  await first.stop();

  const second = new RunningWorker({ dataDir });
  const sizes = new Set<number>();
  /** How much was there when a leader was first heard of. */
  let told: number | null = null;
  try {
    const isOver = (): boolean => {
      const { size } = second.state.applied;
      sizes.add(size);
      if (second.state.isLeader || second.leadership.mayServe) told ??= size;
      return told !== null && size === ENTRIES;
    };
    await second.until('everything replayed, and a leader', isOver, DEADLINE_MS);
  } finally {
    await second.stop();
  }
  assert.ok(sizes.size > 2, `replayed in pieces: ${[...sizes].join(', ')}`);
  assert.equal(told, ENTRIES, 'told when everything is there');
  assert.equal(second.state.appliedWhenLeader, ENTRIES);
});
