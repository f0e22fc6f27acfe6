import assert from 'node:assert/strict';
import test from 'node:test';
import { Logger, LogSink } from '../../../src/observe/logger.js';
import { SyncRounds } from '../../../src/workers/state/local/sync-rounds.js';
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
  // A while it waits for the first client, too: it may have a further change.
  for (let i = 0; i < 2; i += 1) await settle();
  assert.equal(answered, 0, 'the round that ran began before their changes');
  assert.equal(h.rounds, 2);
  h.finish();
  await Promise.all(more);
  assert.equal(h.rounds, 2);
});

test('clients that were answered together share a round again, though they ask in different turns', async () => {
  const h = new Harness();
  const client = async (delayTurns: number): Promise<void> => {
    for (let request = 0; request < 10; request += 1) {
      for (let turn = 0; turn < delayTurns; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      await h.sync.attempt();
    }
  };
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(client));
  // All but the first rounds carry all eight.
  assert.ok(h.rounds <= 20, `${h.rounds} rounds for 80 requests`);
});

test('a single client after many others waits for nobody', async () => {
  const h = new Harness();
  await Promise.all(Array.from({ length: 50 }, () => h.sync.attempt()));
  await h.sync.attempt();
  let turns = 0;
  let done = false;
  void h.sync.attempt()?.then(() => {
    done = true;
  });
  for (; !done; turns += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.ok(turns <= 3, `${turns} turns`);
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
