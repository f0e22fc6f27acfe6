// What a row leaves behind: nothing, however it ends.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { Subject } from '../../../../bench/agent.js';
import type { Row, Run } from '../../../../bench/row.js';
import { runOnce } from '../../../../bench/runner.js';
import { waitFor } from '../../../agent-process.js';
import { temporaryDirectory } from '../../../temporary.js';

const PLAN = { seconds: 1, warmUpSeconds: 0, profileDirectory: null };
const SPEC = { mode: 'client' } as const;

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('a row that fails while its agents start leaves none of them running, and begins no more', async (context) => {
  const folder = temporaryDirectory(context);
  const binary = path.join(folder, 'never-ready');
  const list = path.join(folder, 'pids');
  fs.writeFileSync(list, '');
  fs.writeFileSync(binary, `#!/bin/sh\necho $$ >>${list}\nexec sleep 600\n`, { mode: 0o755 });
  const pids = (): number[] => fs.readFileSync(list, 'utf8').split('\n').filter(Boolean).map(Number);
  const subject: Subject = { name: 'never ready', kind: 'peer', binary, engine: null };
  const starts: Promise<unknown>[] = [];
  let left: Run | null = null;
  const row: Row = {
    id: 'failing',
    what: 'fails',
    dependsOnEngine: false,
    hasPeer: true,
    metrics: [],
    async run(run) {
      left = run;
      starts.push(...[run.startAgent(SPEC), run.startAgent(SPEC)].map((start) => assert.rejects(start)));
      await waitFor(() => pids().length === 2, 'both to be begun');
      throw new Error('on purpose');
    },
  };
  await assert.rejects(
    runOnce(row, subject, 1, PLAN, () => undefined),
    { message: 'on purpose' },
  );
  const running = pids().filter(isRunning);
  for (const pid of running) process.kill(pid, 'SIGKILL');
  assert.deepEqual(running, []);
  const run = left as Run | null;
  assert.ok(run !== null);
  await assert.rejects(run.startAgent(SPEC), { message: 'the row is over' });
  await Promise.all(starts);
});
