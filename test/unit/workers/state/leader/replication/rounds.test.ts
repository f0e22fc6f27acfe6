// When the primary datacenter is asked again: at once when something has changed there, never more often than once a second for
// long, ever later after failures, and not at all when leadership is over.

import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Logger, LogSink } from '../../../../../../src/observe/logger.js';
import { Pace, pauseMs } from '../../../../../../src/workers/state/leader/primary/pace.js';
import { RoundFailure, type RoundOutcome, Rounds } from '../../../../../../src/workers/state/leader/primary/rounds.js';
import { settle } from '../leader-fixture.js';

function scene(answers: (seen: number) => RoundOutcome | RoundFailure) {
  const seen: number[] = [];
  const told: (RoundOutcome | RoundFailure)[] = [];
  const signals: AbortSignal[] = [];
  const what = {
    name: 'things',
    async round(index: number, signal: AbortSignal): Promise<RoundOutcome> {
      seen.push(index);
      signals.push(signal);
      const answer = answers(index);
      if (answer instanceof RoundFailure) throw answer;
      return answer;
    },
  };
  const logger = new Logger('agent.server.replication', new LogSink('trace', () => {}));
  const rounds = new Rounds(what, { logger, now: Date.now, over: (outcome) => told.push(outcome) });
  return { rounds, seen, told, signals };
}

function withClock(work: (tick: (ms: number) => Promise<void>) => Promise<void>) {
  return async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
    try {
      await work(async (ms) => {
        for (let left = ms; left > 0; left -= 250) {
          mock.timers.tick(Math.min(250, left));
          await settle();
        }
      });
    } finally {
      mock.timers.reset();
    }
  };
}

test(
  'five rounds at once, then one a second, each from where the last one got to',
  withClock(async (tick) => {
    const { rounds, seen } = scene((index) => ({ index: index + 10, problems: [] }));
    rounds.start();
    await settle();
    assert.deepEqual(seen, [0, 10, 20, 30, 40]);
    await tick(3_000);
    assert.deepEqual(seen.length, 8);
    rounds.stop();
    await tick(60_000);
    assert.deepEqual(seen.length, 8);
  }),
);

test(
  'after failures it waits twice as long each time, up to about a minute, and begins anew after a success',
  withClock(async (tick) => {
    let fails = true;
    const { rounds, seen, told } = scene((index) =>
      fails ? new RoundFailure('asking', { text: 'nobody is there' }) : { index: index + 1, problems: [] },
    );
    rounds.start();
    await settle();
    const counts: number[] = [];
    for (const seconds of [1, 2, 4, 8, 16, 32, 64, 64]) {
      await tick(seconds * 1000 - 250);
      counts.push(seen.length);
      await tick(250);
    }
    assert.deepEqual(counts, [1, 2, 3, 4, 5, 6, 7, 8]);
    assert.ok(
      told.every((outcome) => outcome instanceof RoundFailure && outcome.message === 'asking: nobody is there'),
    );
    assert.ok(seen.every((index) => index === 0));
    fails = false;
    await tick(64_000);
    fails = true;
    const before = seen.length;
    await tick(2_000);
    assert.ok(seen.length > before);
    rounds.stop();
  }),
);

test(
  'what is under way is given up when leadership ends, and nobody is told of it',
  withClock(async () => {
    const { rounds, told, signals } = scene(() => ({ index: 1, problems: [] }));
    rounds.start();
    rounds.stop();
    await settle();
    assert.deepEqual([told, signals], [[], []]);
    rounds.start();
    await settle();
    rounds.stop();
    assert.ok(signals.length > 0 && signals.every(({ aborted }) => aborted));
  }),
);

test('a rest gives five rounds at once again, and no more', () => {
  const clock = { ms: 0 };
  const pace = new Pace(() => clock.ms);
  for (let round = 0; round < 5; round += 1) assert.equal(pace.turnMs(), 0);
  assert.equal(pace.turnMs(), 1_000);
  clock.ms += 3_600_000;
  for (let round = 0; round < 5; round += 1) assert.equal(pace.turnMs(), 0);
  assert.equal(pace.turnMs(), 1_000);
  assert.deepEqual([1, 2, 7, 8, 10_000].map(pauseMs), [1_000, 2_000, 64_000, 64_000, 64_000]);
});
