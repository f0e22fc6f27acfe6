// Script checks of a whole agent: the descriptors of their pipes come from a worker thread, and node may watch those. The
// agent's `stop` fails when its output has a warning about them.

import path from 'node:path';
import { test } from 'node:test';
import { startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory, writeFiles } from '../../temporary.js';

const SCRIPTS = 6;
const RUNS = 4;

test('the descriptors of scripts are opened and closed once', async (context) => {
  const folder = temporaryDirectory(context);
  // Each run adds a line to a file of the check's own and shows all of them.
  const check = (at: number): object => {
    const file = path.join(folder, String(at));
    return { id: `s${at}`, name: 'script', interval: '1s', args: ['sh', '-c', `echo run >> ${file}; cat ${file}`] };
  };
  const checks = Array.from({ length: SCRIPTS }, (_, at) => check(at));
  writeFiles(folder, { 'checks.json': { checks } });
  const agent = await startAgent({
    args: ['-dev', '-enable-local-script-checks', `-config-file=${path.join(folder, 'checks.json')}`],
  });
  try {
    await waitFor(
      async () => {
        const all = (await agent.json('/v1/agent/checks')) as { readonly [id: string]: { readonly Output: string } };
        const outputs = Object.values(all).map(({ Output }) => Output);
        return outputs.length === SCRIPTS && outputs.every((output) => output.split('\n').length > RUNS);
      },
      'every script to have run some times',
      60_000,
    );
  } finally {
    await agent.stop();
  }
});
