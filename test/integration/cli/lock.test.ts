// `lictor lock` against an agent: who waits for whom, what becomes of the program when the lock is lost or the command interrupted,
// and what is left behind.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';
import { lictor, MAIN, type Outcome } from './program.js';

interface Locking {
  readonly said: () => string;
  /** Once it has ended: the exit code. */
  over(): Promise<number | null>;
  signal(signal: NodeJS.Signals): void;
}

describe('lock', { concurrency: false }, () => {
  let agent: AgentProcess;
  before(async () => {
    agent = await startAgent({ args: ['-dev'] });
  });
  after(() => agent?.stop());

  const environment = (): { readonly [name: string]: string } => ({
    CONSUL_HTTP_ADDR: `127.0.0.1:${agent.ports.http}`,
  });
  const run = (argv: readonly string[], stdin = ''): Promise<Outcome> =>
    lictor(['lock', ...argv], { env: environment(), stdin });
  const api = async (method: string, target: string, body?: string): Promise<string> => {
    const answer = await fetch(`http://127.0.0.1:${agent.ports.http}/v1/${target}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    return answer.text();
  };
  const sessions = async () => JSON.parse(await api('GET', 'session/list')) as readonly { readonly ID: string }[];

  function lock(t: TestContext, argv: readonly string[]): Locking {
    const child = spawn(process.execPath, [MAIN, 'lock', ...argv], {
      env: { PATH: process.env['PATH'], ...environment() },
    });
    let said = '';
    let ended: { readonly code: number | null } | null = null;
    child.once('close', (code) => {
      ended = { code };
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
    }
    t.after(() => {
      child.kill('SIGKILL');
      // What it has left behind may still have them.
      child.stdout.destroy();
      child.stderr.destroy();
    });
    const over = async (): Promise<number | null> => {
      await waitFor(() => ended !== null, 'the command to end', 20_000);
      return ended === null ? null : (ended as { readonly code: number | null }).code;
    };
    return { said: () => said, over, signal: (name) => void child.kill(name) };
  }

  /** A shell's loop that goes on until there is the file; where the test failed before, until its directory is gone. */
  const until = (file: string): string => `while [ ! -e ${file} ] && [ -d ${path.dirname(file)} ]; do sleep 0.02; done`;

  it('one holds it, the other waits until it is given up, and nothing is left', async (t) => {
    const gate = path.join(temporaryDirectory(t), 'gate');
    const first = lock(t, ['-name=mine', 'l/one', `echo first; ${until(gate)}; echo over`]);
    await waitFor(() => first.said().includes('first'), 'the first to hold it');
    assert.match(await api('GET', 'session/list'), /"Name": "mine"/);
    const second = lock(t, ['l/one', 'echo second']);
    await waitFor(async () => (await sessions()).length === 2, 'the second to wait');
    assert.equal(second.said(), '');
    fs.writeFileSync(gate, '');
    assert.equal(await first.over(), 0);
    assert.equal(first.said(), 'first\nover\n');
    assert.equal(await second.over(), 0);
    assert.equal(second.said(), 'second\n');
    assert.deepEqual(await sessions(), []);
    assert.equal(await api('GET', 'kv/l/?keys'), '');
  });

  it('whose session is ended by others ends its program', async (t) => {
    const holder = lock(t, ['l/two', 'trap "echo told; exit 0" TERM; echo held; while :; do sleep 0.02; done']);
    await waitFor(() => holder.said().includes('held'), 'the lock to be held');
    const [session] = await sessions();
    await api('PUT', `session/destroy/${session?.ID}`);
    assert.equal(await holder.over(), 1);
    assert.match(holder.said(), /Lock lost, the child is ended: the lock is not held any more/);
    assert.match(holder.said(), /told/);
  });

  it('interrupted, it takes what a shell has started with it, and gives the lock up', async (t) => {
    const holder = lock(t, ['l/three', 'echo held; sleep 60 & wait']);
    await waitFor(() => holder.said().includes('held'), 'the lock to be held');
    holder.signal('SIGINT');
    assert.equal(await holder.over(), 0);
    assert.deepEqual(await sessions(), []);
    assert.deepEqual(await run(['-timeout=5s', 'l/three', 'echo free']), { code: 0, stdout: 'free\n', stderr: '' });
  });

  it('a semaphore has as many holders as it says, and all must say the same', async (t) => {
    const gate = path.join(temporaryDirectory(t), 'gate');
    const holders = [0, 1].map(() => lock(t, ['-n=2', 'l/four', `echo held; ${until(gate)}`]));
    for (const { said } of holders) await waitFor(() => said() === 'held\n', 'a place to be held');
    const third = lock(t, ['-n=2', 'l/four', 'echo third']);
    await waitFor(async () => (await sessions()).length === 3, 'the third to wait');
    const other = await run(['-n=3', 'l/four', 'true']);
    assert.equal(other.stderr, 'Lock acquisition failed: semaphore limit conflict (lock: 2, local: 3)\n');
    assert.equal(third.said(), '');
    fs.writeFileSync(gate, '');
    for (const { over } of [...holders, third]) assert.equal(await over(), 0);
    assert.equal(third.said(), 'third\n');
    assert.deepEqual(await sessions(), []);
    assert.equal(await api('GET', 'kv/l/four?keys'), '');
  });

  it('a key that is no lock stays what it is', async () => {
    await api('PUT', 'kv/l/five/.lock', 'mine');
    assert.deepEqual(await run(['l/five', 'true']), {
      code: 1,
      stdout: '',
      stderr: 'Lock acquisition failed: Existing key does not match lock use\n',
    });
    const semaphore = await run(['-n=2', 'l/five', 'true']);
    assert.equal(semaphore.stderr, 'Lock acquisition failed: Existing key does not match semaphore use\n');
    assert.equal(await api('GET', 'kv/l/five/.lock?raw'), 'mine');
    assert.deepEqual(await sessions(), []);
  });

  it('the program reads what it is passed, and its failure is told where that is asked for', async () => {
    assert.deepEqual(await run(['-pass-stdin', 'l/six', 'cat'], 'passed'), { code: 0, stdout: 'passed', stderr: '' });
    assert.deepEqual(await run(['l/six', 'cat'], 'not passed'), { code: 0, stdout: '', stderr: '' });
    const failed = await run(['-child-exit-code', 'l/six', 'exit 7']);
    assert.deepEqual(failed, { code: 2, stdout: '', stderr: 'Error running handler: exit status 7\n' });
    assert.equal((await run(['/', 'true'])).stderr, 'Key prefix and child command must be specified\n');
  });
});
