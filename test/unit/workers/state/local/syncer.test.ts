import assert from 'node:assert/strict';
import test from 'node:test';
import { Logger, LogSink } from '../../../../../src/observe/logger.js';
import { SyncRounds } from '../../../../../src/workers/state/local/sync/sync-rounds.js';
import { Syncer } from '../../../../../src/workers/state/local/sync/syncer.js';
import { surviving } from '../assembly/surviving.js';
import { FakeClock, settle } from './fake-clock.js';

interface Harness {
  readonly clock: FakeClock;
  readonly syncer: Syncer;
  /** `full` and `partial`, as they ran. */
  readonly ran: string[];
  fullError: string | null;
}

/** Chance is always one half. */
function harness(members = 1, partialIntervalMs = 0): Harness {
  const clock = new FakeClock();
  const ran: string[] = [];
  const logger = new Logger('agent', new LogSink('error', () => undefined));
  const out: Harness = {
    clock,
    ran,
    fullError: null,
    syncer: new Syncer({
      clock,
      random: () => 0.5,
      logger,
      clusterSize: () => members,
      partialIntervalMs,
      fullSync: () => {
        ran.push('full');
        return Promise.resolve(out.fullError);
      },
      rounds: new SyncRounds({
        logger,
        obstacle: () => null,
        sync: () => {
          ran.push('partial');
          return Promise.resolve(null);
        },
      }),
    }),
  };
  return out;
}

test('a full sync at once, then a partial one, then by the clock', async () => {
  const { clock, syncer, ran } = harness();
  syncer.start();
  await settle();
  assert.deepEqual(ran, ['full', 'partial']);
  await clock.advance(89_999);
  assert.equal(ran.length, 2);
  await clock.advance(1);
  assert.deepEqual(ran.slice(2), ['full', 'partial']);
  syncer.stop();
});

test('the interval grows with the cluster', async () => {
  const { clock, syncer, ran } = harness(1024);
  syncer.start();
  await clock.advance(60_000 + 4 * 30_000 - 1);
  assert.equal(ran.length, 2);
  await clock.advance(1);
  assert.equal(ran[2], 'full');
  syncer.stop();
});

test('after a failed full sync changes wait until one succeeds', async () => {
  const h = harness();
  h.fullError = 'No known Consul servers';
  h.syncer.start();
  await settle();
  h.syncer.trigger();
  await h.clock.advance(22_499);
  assert.deepEqual(h.ran, ['full']);
  h.fullError = null;
  await h.clock.advance(1);
  assert.deepEqual(h.ran, ['full', 'full', 'partial']);
  h.syncer.stop();
});

test('a server that comes up brings the full sync forward', async () => {
  const h = harness();
  h.fullError = 'No known Consul servers';
  h.syncer.start();
  await settle();
  h.fullError = null;
  h.syncer.serverUp();
  h.syncer.serverUp();
  await h.clock.advance(1_499);
  assert.deepEqual(h.ran, ['full']);
  await h.clock.advance(1);
  assert.deepEqual(h.ran, ['full', 'full', 'partial']);
  h.syncer.stop();
});

test('nothing runs while paused, however often; the last resume brings a partial sync', async () => {
  const { syncer, ran, clock } = harness();
  syncer.start();
  await settle();
  syncer.pause();
  syncer.pause();
  syncer.trigger();
  await settle();
  syncer.resume();
  await settle();
  assert.equal(ran.length, 2);
  syncer.resume();
  await settle();
  assert.deepEqual(ran, ['full', 'partial', 'partial']);
  syncer.pause();
  await clock.advance(200_000);
  assert.equal(ran.length, 3);
  syncer.resume();
  await settle();
  assert.equal(ran[3], 'full');
  syncer.stop();
  assert.throws(() => syncer.resume());
});

test('changes during a round are seen to in the next one', async () => {
  const { syncer, ran } = harness();
  syncer.start();
  await settle();
  for (let i = 0; i < 100; i += 1) syncer.trigger();
  await settle();
  assert.deepEqual(ran, ['full', 'partial', 'partial']);
  syncer.stop();
});

test('rounds are spaced out under load; after a quiet while a change is synced at once', async () => {
  const { syncer, ran, clock } = harness(1, 25);
  syncer.start();
  await clock.advance(30);
  assert.deepEqual(ran, ['full', 'partial']);
  syncer.trigger();
  await settle();
  assert.equal(ran.length, 3);
  syncer.trigger();
  await clock.advance(24);
  syncer.trigger();
  assert.equal(ran.length, 3);
  await clock.advance(1);
  assert.equal(ran.length, 4);
  syncer.stop();
});

test('a round that throws is a failed round', async (t) => {
  const seen = surviving(t);
  const clock = new FakeClock();
  const ran: string[] = [];
  const throwing = (name: string, times: number) => {
    let left = times;
    return (): Promise<string | null> => {
      ran.push(name);
      if (left-- > 0) throw new Error(`planted in ${name}`);
      return Promise.resolve(null);
    };
  };
  const logger = new Logger('agent', new LogSink('error', () => undefined));
  const syncer = new Syncer({
    clock,
    random: () => 0.5,
    logger,
    clusterSize: () => 1,
    partialIntervalMs: 0,
    fullSync: throwing('full', 1),
    rounds: new SyncRounds({ logger, obstacle: () => null, sync: throwing('partial', 1) }),
  });
  syncer.start();
  await settle();
  assert.deepEqual(ran, ['full']);
  await clock.advance(22_500);
  assert.deepEqual(ran.slice(1), ['full', 'partial']);
  syncer.trigger();
  await settle();
  assert.deepEqual(ran.slice(3), ['partial']);
  syncer.stop();
  await seen('planted in full');
  await seen('planted in partial');
});
