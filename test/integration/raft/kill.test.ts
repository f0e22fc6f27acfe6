// kill -9 at random moments under load: the next start has everything that was acknowledged, at its index. After how many
// acknowledgements a life ends comes from the run's seed; where exactly it is then is the scheduler's.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Random, runSeed } from '../../random.js';

const KILLS = 8;
const DEADLINE_MS = 60_000;

/** Resolves when the file has `count` lines that begin so. */
async function linesIn(
  path: string,
  prefix: string,
  count: number,
  child: ChildProcess,
  exit: Promise<unknown>,
): Promise<void> {
  const isThere = (): boolean =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith(prefix)).length >= count;
  const deadline = AbortSignal.timeout(DEADLINE_MS);
  const watcher = watch(path, { signal: deadline });
  try {
    while (!isThere()) {
      await Promise.race([once(watcher, 'change', { signal: deadline }), exit]);
      assert.equal(child.exitCode, null, 'the child ended by itself');
    }
  } finally {
    watcher.close();
  }
}

test(`${KILLS} kills under load lose nothing that was acknowledged (seed ${runSeed})`, {
  timeout: 600_000,
}, async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'lictor-kill-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const script = fileURLToPath(new URL('./crash-child.js', import.meta.url));
  const random = new Random(runSeed);
  const acknowledged = new Map<number, string>();
  let recoveredAtEnd = 0;
  for (let round = 0; round <= KILLS; round += 1) {
    const record = join(folder, `round-${round}`);
    writeFileSync(record, '');
    const child = spawn(process.execPath, [script, join(folder, 'data'), record, String(round)], { stdio: 'inherit' });
    const exit = once(child, 'exit');
    try {
      await linesIn(record, 'ready', 1, child, exit);
      if (round < KILLS) await linesIn(record, 'a ', 20 + random.below(1500), child, exit);
    } finally {
      child.kill('SIGKILL');
      await exit;
    }
    const recovered = new Map<number, string>();
    const fresh = new Map<number, string>();
    for (const line of readFileSync(record, 'utf8').split('\n').slice(0, -1)) {
      const [kind, index, text] = line.split(' ');
      if (kind === 'r') recovered.set(Number(index), text ?? '');
      if (kind === 'a') fresh.set(Number(index), text ?? '');
    }
    for (const [index, text] of acknowledged) {
      assert.equal(
        recovered.get(index),
        text,
        `seed ${runSeed}, round ${round}: entry ${index} was acknowledged before the kill`,
      );
    }
    for (const [index, text] of fresh) acknowledged.set(index, text);
    recoveredAtEnd = recovered.size;
  }
  assert.ok(recoveredAtEnd >= KILLS * 20, `${recoveredAtEnd} entries recovered`);
});
