import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { openLocal } from '../../unit/workers/state/local/local-fixture.js';

const PROGRAM = fileURLToPath(new URL('./registering-agent.js', import.meta.url));
const DEADLINE_MS = 60_000;

interface Said {
  readonly registered: Set<string>;
  readonly removed: Set<string>;
  readonly refused: string[];
  readonly complaints: string[];
}

/** Takes the child's lines until `enough`, or until it ends. */
async function listen(child: ChildProcess, said: Said, enough: () => boolean): Promise<void> {
  assert.ok(child.stdout);
  const lines = createInterface({ input: child.stdout });
  const timer = setTimeout(() => child.kill('SIGKILL'), DEADLINE_MS);
  for await (const line of lines) {
    const [kind, id = ''] = line.split(' ', 2);
    if (kind === '+') said.registered.add(id);
    else if (kind === '-') said.removed.add(id);
    else if (kind === '!') said.refused.push(line);
    else said.complaints.push(line);
    // Lines that are on their way when the process dies still count: it said them.
    if (enough()) child.kill('SIGKILL');
  }
  clearTimeout(timer);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

async function assertAllThere(dataDir: string, said: Said): Promise<void> {
  const { local } = await openLocal({ config: { dataDir }, level: 'error' });
  const there = new Set([...local.state.services()].map(({ id }) => id));
  const lost = [...said.registered].filter(
    (id) => !said.removed.has(id) && !there.has(id) && Number(id.slice(1)) % 5 !== 0,
  );
  assert.deepEqual(lost, [], 'acknowledged registrations that are gone');
  const risen = [...said.removed].filter((id) => there.has(id));
  assert.deepEqual(risen, [], 'acknowledged removals that are undone');
  for (const id of there) {
    assert.equal(local.state.checksOf(id).length, 2, `a registration is there as a whole: ${id}`);
  }
  await local.stop();
}

function newSaid(): Said {
  return { registered: new Set(), removed: new Set(), refused: [], complaints: [] };
}

test('what was acknowledged survives kill -9 at any moment', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-crash-'));
  const said = newSaid();
  for (const [round, count] of [400, 3000, 57, 1000].entries()) {
    const child = spawn(process.execPath, [PROGRAM, dataDir, String(round * 100_000)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const before = said.registered.size;
    await listen(child, said, () => said.registered.size - before >= count);
    assert.ok(said.registered.size - before >= count, 'the process died before it was killed');
    await assertAllThere(dataDir, said);
  }
  assert.deepEqual(said.refused, []);
  assert.ok(said.removed.size > 100);
  fs.rmSync(dataDir, { recursive: true });
});

test('a disk that takes no more refuses registrations clearly and loses none', async () => {
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-full-'));
  const said = newSaid();
  // A limit on the size of files, in KiB, behaves like a full disk: writes end short, then fail.
  const child = spawn(
    'bash',
    ['-c', `trap '' XFSZ; ulimit -f 300; exec "$0" "$@"`, process.execPath, PROGRAM, dataDir, '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await listen(child, said, () => said.refused.length >= 200);
  assert.ok(said.registered.size > 50);
  assert.match(said.refused[0] ?? '', /^! s\d+ failed to persist to the data directory: /);
  assert.deepEqual(said.complaints, []);
  await assertAllThere(dataDir, said);
  fs.rmSync(dataDir, { recursive: true });
});
