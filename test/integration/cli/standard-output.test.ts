// A reader of the log that stalls must not hold the process.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const MODULE = new URL('../../../src/main/logging/standard-output.js', import.meta.url).href;
const LINES = 40_000;

test('a stalled reader holds no turn of the event loop, and misses nothing', async () => {
  // Writes far more than a pipe holds, then tells on stderr that it is free, then waits for the rest to go.
  const script = `
    const { StandardOutput } = await import(${JSON.stringify(MODULE)});
    const out = new StandardOutput();
    for (let at = 0; at < ${LINES}; at += 1) out.write('line ' + at + '\\n');
    setTimeout(() => process.stderr.write('free'), 50);
    await out.close();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { timeout: 120_000 });
  await once(child.stderr, 'data');
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  assert.equal(code, 0);
  const lines = text.split('\n');
  assert.equal(lines.length, LINES + 1);
  assert.equal(lines[LINES - 1], `line ${LINES - 1}`);
});
