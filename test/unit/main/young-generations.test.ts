// How large the young generation of a thread may become: what the thread is given counts, not what the launcher gives main.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

const MODULE = new URL('../../../src/main/young-generations.js', import.meta.url).href;
const MB = 1024 * 1024;
/** Of main: two halves of the launcher's two megabytes. */
const OF_MAIN = 4 * MB;

/** Keeps twenty thousand objects and makes three million. */
const BUSY = `
  const kept = [];
  for (let i = 0; i < 3e6; i += 1) kept[i % 20_000] = { a: i, b: { c: i } };
  const { space_size } = require('node:v8').getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');`;

/** What the young generations of main and of a thread take when both were busy, in bytes. */
async function sizes(prepare: string): Promise<{ readonly main: number; readonly thread: number }> {
  const program = `
    const { giveThreadsTheirOwnLimits, YOUNG_GENERATION_OF_SERVERS_STATE_MB } = await import(${JSON.stringify(MODULE)});
    const { Worker } = await import('node:worker_threads');
    const { createRequire } = await import('node:module');
    const require = createRequire('/');
    ${prepare}
    const text = ${JSON.stringify(`${BUSY} require('node:worker_threads').parentPort.postMessage(space_size);`)};
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_GENERATION_OF_SERVERS_STATE_MB };
    const thread = await new Promise((resolve, reject) => {
      new Worker(text, { eval: true, execArgv: [], resourceLimits }).on('message', resolve).on('error', reject);
    });
    ${BUSY}
    console.log(JSON.stringify({ main: space_size, thread }));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--max-semi-space-size=2', '--input-type=module', '-e', program],
    { timeout: 60_000 },
  );
  return JSON.parse(stdout) as { main: number; thread: number };
}

test('a thread has what it is given, and main no more than the launcher says', async () => {
  const { main, thread } = await sizes('giveThreadsTheirOwnLimits();');
  assert.ok(main <= OF_MAIN + MB, `main: ${main}`);
  assert.ok(thread > 2 * OF_MAIN, `the thread: ${thread}`);
  const former = await sizes('');
  assert.ok(
    former.thread <= OF_MAIN + MB,
    `the launcher’s limit holds for every thread until it is taken back: ${former.thread}`,
  );
});
