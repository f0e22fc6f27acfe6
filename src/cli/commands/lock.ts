// `lictor lock`: runs a program while it holds a lock, or one of the places of a semaphore.

import { parseDuration } from '../../gotext/duration.js';
import { type Child, startChild } from '../command/child.js';
import { type Command, fail, type Options } from '../command/command.js';
import { connect, serverQuery } from '../http/client.js';
import { CLIENT_FLAGS, SERVER_FLAGS } from '../http/flags.js';
import { acquire, type Lock, lost } from '../lock/lock.js';
import { Mutex } from '../lock/mutex.js';
import { Semaphore } from '../lock/semaphore.js';
import { LockSession } from '../lock/session.js';
import { LockStore } from '../lock/store.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
const MONITOR_RETRIES = 3;
/** Between SIGTERM and SIGKILL. */
const GRACE_MS = 5_000;
const NS_PER_MS = 1e6;
const CHILD_FAILED = 2;

export const command: Command = {
  usage: 'lock [options] prefix child...',
  about:
    'Waits for a lock under the prefix of keys, runs the child while it is held, and gives it up. If the lock is lost or this\n' +
    'command is interrupted, the child gets a SIGTERM, and a SIGKILL when it is still there after five seconds.\n' +
    'CONSUL_LOCK_HELD is true for the child.',
  flags: [
    ...CLIENT_FLAGS,
    ...SERVER_FLAGS,
    { name: 'child-exit-code', kind: 'bool', usage: 'Exit code 2 where the child fails. Default false: 0.' },
    {
      name: 'monitor-retry',
      kind: 'int',
      usage: `How often in a row it may be impossible to see whether the lock is held. Default ${MONITOR_RETRIES}.`,
    },
    { name: 'n', kind: 'int', usage: 'How many may hold it; all must say the same. Default 1.' },
    { name: 'name', kind: 'string', usage: 'Name of the session. Default: of the child.' },
    { name: 'pass-stdin', kind: 'bool', usage: 'The child reads this command’s standard input.' },
    { name: 'shell', kind: 'bool', usage: 'Whether the child is a line for a shell ($SHELL). Default true.' },
    { name: 'timeout', kind: 'duration', usage: 'How long may be waited for the lock. Default: as long as it takes.' },
    { name: 'try', kind: 'duration', usage: 'As -timeout, under its former name.' },
    { name: 'verbose', kind: 'bool', usage: 'Says what is being done, on the error output.' },
  ],
  async run(options: Options): Promise<number> {
    const [given = '', ...words] = options.words;
    const prefix = given.replace(/^\/+|\/+$/g, '');
    if (prefix === '' || words.length === 0) return fail('Key prefix and child command must be specified');
    const limit = options.has('n') ? Number(options.text('n')) : 1;
    if (limit <= 0) return fail('Lock holder limit must be positive');
    const connected = connect(options);
    if (!connected.ok) return fail(`Error connecting to Consul agent: ${connected.error}`);
    const store = new LockStore(connected.client, serverQuery(options));
    const key = `${prefix}/.lock`;
    const lock = limit === 1 ? new Mutex({ store, key }) : new Semaphore({ store, key, prefix, limit });
    const name = options.text('name') || `lictor lock for '${words.join(' ')}' at '${prefix}'`;
    const session = await LockSession.create(store, { name, behavior: limit === 1 ? 'release' : 'delete' });
    if (!session.ok) return fail(`Lock acquisition failed: failed to create session: ${session.error}`);
    const interrupted = new Promise<'interrupted'>((resolve) => {
      for (const signal of SIGNALS) process.on(signal, () => resolve('interrupted'));
    });
    const code = await underLock({ options, words, lock, session: session.value, key, interrupted });
    await session.value.end();
    // A request that waits for what will not be needed any more would keep this process.
    process.exit(code);
  },
};

interface Held {
  readonly options: Options;
  readonly words: readonly string[];
  readonly lock: Lock;
  readonly session: LockSession;
  readonly key: string;
  readonly interrupted: Promise<'interrupted'>;
}

function say(options: Options, text: string): void {
  if (options.isOn('verbose')) process.stderr.write(`${text}\n`);
}

function timeoutMs(options: Options): number | null {
  const parsed = parseDuration(options.text('timeout') || options.text('try') || '0s');
  return parsed.ok && parsed.ns > 0 ? parsed.ns / NS_PER_MS : null;
}

/** The exit code. */
async function underLock(held: Held): Promise<number> {
  const { options, lock, session, key, interrupted } = held;
  say(options, `Setting up lock at path: ${key}`);
  say(options, 'Attempting lock acquisition');
  const patienceMs = timeoutMs(options);
  const untilMs = patienceMs === null ? null : performance.now() + patienceMs;
  const acquired = await Promise.race([acquire(lock, session, untilMs), interrupted]);
  if (acquired === 'interrupted' || (acquired.ok && !acquired.value)) {
    return fail('Shutdown triggered or timeout during lock acquisition');
  }
  if (!acquired.ok) return fail(`Lock acquisition failed: ${acquired.error}`);
  const code = await runChild(held);
  say(options, 'Releasing the lock');
  const released = await lock.release(session);
  return released.ok ? code : fail(`Lock release failed: ${released.error}`);
}

async function runChild({ options, words, lock, session, interrupted }: Held): Promise<number> {
  say(options, 'Starting the child');
  const child = startChild({
    words,
    hasShell: !options.has('shell') || options.isOn('shell'),
    environment: { CONSUL_LOCK_HELD: 'true' },
    stdin: options.isOn('pass-stdin') ? 'inherit' : 'ignore',
    // A shell passes no signal on. Who reads from the terminal must be in its group.
    hasGroup: !options.isOn('pass-stdin'),
  });
  const retries = options.has('monitor-retry') ? Number(options.text('monitor-retry')) : MONITOR_RETRIES;
  const gone = lost(lock, session, retries).then((why) => ({ why }));
  const first = await Promise.race([child.ended, gone, interrupted]);
  if (first !== null && typeof first === 'object' && 'why' in first) {
    fail(`Lock lost, the child is ended: ${first.why}`);
    await end(child);
    return 1;
  }
  if (first === 'interrupted') {
    say(options, 'Interrupted, the child is ended');
    await end(child);
    return 0;
  }
  if (first === null) return 0;
  fail(`Error running handler: ${first.problem}`);
  return options.isOn('child-exit-code') ? CHILD_FAILED : 0;
}

async function end(child: Child): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await child.ended;
  clearTimeout(timer);
}
