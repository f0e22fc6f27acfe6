import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import { test } from 'node:test';
import { waitFor } from '../../../agent-process.js';
import { endGroup, spawnTied } from '../../../mutants/tied-process.js';

const here = { cwd: '.', env: process.env };

/** Nobody may have asked yet how it ended. */
function isGone(pid: number): boolean {
  try {
    return / Z /.test(fs.readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return true;
  }
}

test('a program ends with its starter, also when that is killed', async () => {
  const module = new URL('../../../mutants/tied-process.js', import.meta.url).href;
  const starter = spawn(
    process.execPath,
    [
      '--input-type=module',
      '--eval',
      `import { spawnTied } from ${JSON.stringify(module)};
       const child = spawnTied('/bin/sh', ['-c', 'echo up; sleep 600'], { cwd: '.', env: process.env });
       child.stdout.once('data', () => console.log(child.pid));`,
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let group: number | undefined;
  try {
    const [line] = await once(starter.stdout, 'data');
    group = Number(String(line));
    assert.ok(group > 0 && !isGone(group), 'it runs');
    starter.kill('SIGKILL');
    const started = group;
    await waitFor(() => isGone(started), 'the group to end');
  } finally {
    starter.kill('SIGKILL');
    endGroup(group);
  }
});

test('its exit code and output are its own', async () => {
  const child = spawnTied('/bin/sh', ['-c', 'echo out; exit 7'], here);
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, 'exit');
  endGroup(child.pid);
  assert.equal(code, 7);
  await waitFor(() => output === 'out\n', 'its output');
});
