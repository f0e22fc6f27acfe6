import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  amongOthers,
  type JoinOutcome,
  RetryJoin,
  type RetryJoinOptions,
} from '../../../../src/main/pools/retry-join.js';
import { Logger, LogSink } from '../../../../src/observe/logger.js';

interface FakeTimer {
  readonly atMs: number;
  readonly run: () => void;
}

interface Rig {
  readonly log: string[];
  readonly exhausted: string[];
  readonly attempts: { readonly atMs: number; readonly addresses: readonly string[] }[];
  readonly retry: RetryJoin<FakeTimer>;
  /** What a join yields. */
  outcome: JoinOutcome | Error;
  readonly timers: Set<FakeTimer>;
  /** Runs timers until this time, with what they cause. */
  runTo(atMs: number): Promise<void>;
}

const FAILURE: JoinOutcome = { joined: 0, error: 'connection refused' };

function rig(config: Partial<RetryJoinOptions<FakeTimer>['config']>, pool: 'lan' | 'wan' = 'lan', random = 0.5): Rig {
  const log: string[] = [];
  const exhausted: string[] = [];
  const attempts: Rig['attempts'] = [];
  const timers = new Set<FakeTimer>();
  let nowMs = 0;
  const sink = new LogSink('trace', ({ level, message, fields }) =>
    log.push(`${level} ${message} ${JSON.stringify(fields)}`),
  );
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const made: Rig = {
    log,
    exhausted,
    attempts,
    timers,
    outcome: FAILURE,
    retry: new RetryJoin({
      pool,
      config: { retryJoin: ['10.0.0.1', 'srv2:8301'], retryIntervalMs: 30_000, retryMax: 0, ...config },
      async join(addresses) {
        attempts.push({ atMs: nowMs, addresses });
        if (made.outcome instanceof Error) throw made.outcome;
        return made.outcome;
      },
      clock: {
        set(delayMs, run) {
          const timer = { atMs: nowMs + delayMs, run };
          timers.add(timer);
          return timer;
        },
        clear: (timer) => timers.delete(timer),
      },
      random: () => random,
      logger: new Logger('agent', sink),
      onExhausted: (text) => exhausted.push(text),
    }),
    async runTo(atMs) {
      await settle();
      for (;;) {
        const next = [...timers].sort((a, b) => a.atMs - b.atMs)[0];
        if (next === undefined || next.atMs > atMs) break;
        timers.delete(next);
        nowMs = next.atMs;
        next.run();
        await settle();
      }
      nowMs = atMs;
    },
  };
  return made;
}

const times = ({ attempts }: Rig): number[] => attempts.map(({ atMs }) => atMs);

test('one join takes all addresses; a success ends it', async () => {
  const made = rig({});
  made.outcome = { joined: 1, error: 'srv2 is away' };
  made.retry.start();
  await made.runTo(1_000_000);
  assert.deepEqual(made.attempts, [{ atMs: 0, addresses: ['10.0.0.1', 'srv2:8301'] }]);
  assert.deepEqual(made.log, [
    'info Joining cluster... ["cluster","LAN"]',
    'info (LAN) joining ["lan_addresses",["10.0.0.1","srv2:8301"]]',
    'info (LAN) joined ["number_of_nodes",1]',
    'info Join cluster completed. Synced with initial agents ["cluster","LAN","num_agents",1]',
  ]);
  assert.equal(made.timers.size, 0);
});

test('a failure is said and tried again, soon at first, then at the retry interval', async () => {
  const made = rig({});
  made.retry.start();
  await made.runTo(120_000);
  assert.deepEqual(times(made), [0, 1000, 3000, 7000, 15_000, 30_000, 60_000, 90_000, 120_000]);
  assert.deepEqual(made.log.slice(1, 4), [
    'info (LAN) joining ["lan_addresses",["10.0.0.1","srv2:8301"]]',
    'warn (LAN) couldn\'t join ["number_of_nodes",0,"error","connection refused"]',
    'warn Join cluster failed, will retry ["cluster","LAN","retry_interval","1s","error","connection refused"]',
  ]);
  assert.match(made.log.at(-1) ?? '', /"retry_interval","30s"/);
  made.outcome = { joined: 2, error: '' };
  await made.runTo(1_000_000);
  assert.equal(times(made).at(-1), 150_000);
});

test('waits are spread, but attempts that count keep their time', async () => {
  const early = rig({}, 'lan', 0);
  const late = rig({}, 'lan', 0.999_999);
  for (const made of [early, late]) {
    made.retry.start();
    await made.runTo(60_000);
  }
  assert.deepEqual(times(early), [0, 750, 2250, 5250, 11_250, 23_250, 30_000, 60_000]);
  assert.deepEqual(times(late), [0, 1250, 3750, 8750, 18_750, 30_000, 60_000]);
});

test('early tries do not use up the attempts: the maximum is in retry intervals', async () => {
  const made = rig({ retryMax: 2 }, 'wan');
  made.retry.start();
  await made.runTo(59_999);
  assert.deepEqual(made.exhausted, []);
  await made.runTo(1_000_000);
  assert.deepEqual(made.exhausted, ['agent: max join WAN retry exhausted, exiting']);
  assert.equal(times(made).at(-1), 60_000);
  assert.equal(made.timers.size, 0);
  assert.ok(made.log.some((line) => line.startsWith('info (WAN) joining ["wan_addresses"')));
});

test('a short interval is kept, an interval of nothing does not spin', async () => {
  const short = rig({ retryIntervalMs: 500 });
  short.retry.start();
  await short.runTo(1500);
  assert.deepEqual(times(short), [0, 500, 1000, 1500]);
  const none = rig({ retryIntervalMs: 0 });
  none.retry.start();
  await none.runTo(300);
  assert.deepEqual(times(none), [0, 100, 200, 300]);
});

test('cloud discovery is refused, without its secrets in the log, and does not hinder the others', async () => {
  const made = rig({ retryJoin: ['provider=aws tag_key=k secret_access_key=s3cret', '10.0.0.1'] });
  made.retry.start();
  await made.runTo(0);
  assert.match(
    made.log[0] ?? '',
    /^warn Cannot discover address \["address","provider=aws","error","cloud auto-join is not/,
  );
  assert.ok(!made.log.join().includes('s3cret'));
  assert.deepEqual(made.attempts[0]?.addresses, ['10.0.0.1']);
});

test('with nothing but cloud discovery there are no servers to join', async () => {
  const made = rig({ retryJoin: ['tag_key=k provider=gce'], retryMax: 1 });
  made.retry.start();
  await made.runTo(30_000);
  assert.equal(made.attempts.length, 0);
  assert.deepEqual(made.log.slice(2), [
    'warn Join cluster failed, will retry ["cluster","LAN","retry_interval","30s","error","No servers to join"]',
  ]);
  assert.deepEqual(made.exhausted, ['agent: max join LAN retry exhausted, exiting']);
});

test('a join that throws is a failure like another', async () => {
  const made = rig({});
  made.outcome = new Error('no such host');
  made.retry.start();
  await made.runTo(1000);
  assert.equal(made.attempts.length, 2);
  assert.ok(made.log.some((line) => line.includes('"error","no such host"')));
});

test('without addresses nothing happens', async () => {
  const made = rig({ retryJoin: [] });
  made.retry.start();
  await made.runTo(100_000);
  assert.deepEqual([made.log, made.attempts], [[], []]);
});

test('stopped, it stays silent: with a timer set, and with a join under way', async () => {
  const waiting = rig({});
  waiting.retry.start();
  await waiting.runTo(500);
  waiting.retry.stop();
  assert.equal(waiting.timers.size, 0);
  await waiting.runTo(100_000);
  assert.equal(waiting.attempts.length, 1);
  const joining = rig({ retryMax: 1 });
  joining.retry.start();
  joining.retry.stop();
  await joining.runTo(100_000);
  assert.equal(joining.log.length, 2);
  assert.equal(joining.timers.size, 0);
});

test('who joined itself alone has joined nobody', () => {
  const joined = { joined: 1, error: '' };
  const failed = { joined: 0, error: 'connection refused' };
  assert.equal(amongOthers(joined, 1).joined, 0);
  assert.match(amongOthers(joined, 1).error, /this agent itself/);
  assert.equal(amongOthers(joined, 2), joined);
  assert.equal(amongOthers(failed, 1), failed);
});
