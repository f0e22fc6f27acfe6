// `lictor watch` with a program, against an agent: when the program runs, what it is given, and how it ends.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, describe, it, type TestContext } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { lictor, MAIN } from './program.js';

interface Watching {
  readonly said: () => string;
  stop(signal: NodeJS.Signals): Promise<number | null>;
}

describe('watch', { concurrency: false }, () => {
  let agent: AgentProcess;
  before(async () => {
    agent = await startAgent({ args: ['-dev'] });
  });
  after(() => agent?.stop());

  const put = (key: string, value: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${agent.ports.http}/v1/kv/${key}`, { method: 'PUT', body: value });

  function watch(t: TestContext, argv: readonly string[]): Watching {
    const env = { PATH: process.env['PATH'], CONSUL_HTTP_ADDR: `127.0.0.1:${agent.ports.http}` };
    const child = spawn(process.execPath, [MAIN, 'watch', ...argv], { env });
    const closed = once(child, 'close') as Promise<[number | null]>;
    let said = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString('utf8');
      });
    }
    const stop = async (signal: NodeJS.Signals): Promise<number | null> => {
      child.kill(signal);
      return (await closed)[0];
    };
    t.after(() => stop('SIGKILL'));
    return { said: () => said, stop };
  }

  it('runs its program for the first result and for each that is another one', async (t) => {
    const { said, stop } = watch(t, ['-type=key', '-key=a', 'cat; echo "index $CONSUL_INDEX"']);
    await waitFor(() => /^null\nindex [0-9]+\n$/.test(said()), 'the first result');
    await put('a', 'one');
    await waitFor(() => said().includes('"Value":"b25l"'), 'the value');
    // Nothing of this key changes with the first of them.
    await put('b', 'x');
    await put('a', 'two');
    await waitFor(() => said().includes('"Value":"dHdv"'), 'the other value');
    await waitFor(() => said().match(/index/g)?.length === 3, 'the last run is over');
    assert.equal(await stop('SIGINT'), 0);
  });

  it('a program that fails is told of, and runs for the next change', async (t) => {
    const { said, stop } = watch(t, ['-type=keyprefix', '-prefix=f/', 'wc -l; exit 3']);
    await waitFor(() => said().includes('Error running handler: exit status 3'), 'the failure');
    await put('f/1', 'x');
    await waitFor(() => said().match(/exit status 3/g)?.length === 2, 'the second failure');
    assert.equal(await stop('SIGTERM'), 0);
  });

  it('an interruption reaches the program that runs', async (t) => {
    const { said, stop } = watch(t, [
      '-type=services',
      '-shell=false',
      'sh',
      '-c',
      'trap "echo trapped; exit 0" INT; echo ready; while :; do sleep 0.05; done',
    ]);
    await waitFor(() => said().includes('ready'), 'the program to run');
    assert.equal(await stop('SIGINT'), 0);
    assert.match(said(), /trapped/);
  });

  it('one that there is not is told of', async (t) => {
    const { said, stop } = watch(t, ['-type=nodes', '-shell=false', '/no/such/program']);
    await waitFor(() => said().includes('Error running handler: exec: "/no/such/program"'), 'the failure');
    assert.equal(await stop('SIGINT'), 0);
  });

  it('without a program it shows what there is, and ends', async () => {
    const env = { CONSUL_HTTP_ADDR: `127.0.0.1:${agent.ports.http}` };
    const shown = await lictor(['watch', '-type=service', '-service=consul'], { env });
    assert.equal(shown.code, 0);
    assert.match(shown.stdout, /^\[\n {4}\{\n {8}"Node": \{\n/);
    const roots = await lictor(['watch', '-type=connect_roots'], { env });
    assert.match(roots.stdout, /"TrustDomain": "[0-9a-f-]+\.consul"/);
  });
});
