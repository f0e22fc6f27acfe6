import assert from 'node:assert/strict';
import test from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { SyncRounds } from '../../../../../src/workers/state/local/sync/sync-rounds.js';
import { waitFor } from '../../../../agent-process.js';
import { settle } from './fake-clock.js';

class Harness {
  /** What kept each failed attempt from succeeding, as logged. */
  readonly logged: string[] = [];
  obstacle: string | null = null;
  error: string | null = null;
  rounds = 0;
  #finish: (() => void) | null = null;
  /** Rounds last until {@link finish}. */
  held = false;
  readonly sync = new SyncRounds({
    logger: new Logger(
      'agent',
      new LogSink('error', ({ name, message, fields }) => {
        this.logged.push(`${name}: ${message}: ${fields.join('=')}`);
      }),
    ),
    obstacle: () => this.obstacle,
    sync: async () => {
      this.rounds += 1;
      if (this.held) {
        await new Promise<void>((resolve) => {
          this.#finish = resolve;
        });
      }
      return this.error;
    },
  });

  finish(): void {
    this.#finish?.();
  }
}

test('a thousand attempts that come while a round runs share the next one', async () => {
  const h = new Harness();
  h.held = true;
  const first = h.sync.attempt();
  await settle();
  assert.equal(h.rounds, 1);
  let answered = 0;
  const more = Array.from({ length: 1000 }, () => h.sync.attempt()?.then(() => answered++));
  h.finish();
  await first;
  // The next one waits a moment for the first client, too: it may have a further change.
  await waitFor(() => h.rounds === 2, 'the second round');
  assert.equal(answered, 0, 'the round that ran began before their changes');
  h.finish();
  await Promise.all(more);
  assert.equal(h.rounds, 2);
});

test('where no write can go on its way an attempt has failed at once, and is logged', async () => {
  const h = new Harness();
  h.obstacle = 'No known Consul servers';
  assert.equal(h.sync.attempt(), null);
  assert.equal(h.rounds, 0);
  assert.deepEqual(h.logged, ['agent.anti_entropy: failed to sync changes: error=No known Consul servers']);
});

test('an attempt that fails ends all the same', async () => {
  const h = new Harness();
  h.error = 'No cluster leader';
  await h.sync.attempt();
  assert.equal(h.logged.length, 1);
});

test('no round runs beside an exclusive task; what came meanwhile is seen to after it', async () => {
  const h = new Harness();
  h.held = true;
  const before = h.sync.attempt();
  await settle();
  const order: string[] = [];
  void before?.then(() => order.push('round'));
  const task = h.sync.exclusively(async () => {
    order.push('task');
    void h.sync.attempt();
    await settle();
    assert.equal(h.rounds, 1);
  });
  await settle();
  assert.deepEqual(order, []);
  h.finish();
  await task;
  assert.deepEqual(order, ['round', 'task']);
  await settle();
  assert.equal(h.rounds, 2);
  h.finish();
});

test('while paused attempts wait; nobody waits for a round that will not come', async () => {
  const h = new Harness();
  h.sync.pause();
  let ended = false;
  void h.sync.attempt()?.then(() => {
    ended = true;
  });
  await settle();
  assert.equal(h.rounds, 0);
  h.sync.stop();
  await settle();
  assert.equal(ended, true);
  assert.equal(h.sync.attempt(), null);
  h.sync.resume();
  await settle();
  assert.equal(h.rounds, 0);
});
