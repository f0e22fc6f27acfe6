// The commands of `snapshot` and the files they are given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { dataPath } from '../../data.js';
import { temporaryDirectory } from '../../temporary.js';
import { startFakeAgent } from './fake-agent.js';
import { lictor } from './program.js';

const done = (stdout: string): object => ({ code: 0, stdout, stderr: '' });
const failed = (stderr: string): object => ({ code: 1, stdout: '', stderr });

test('an archive may come through a pipe', async (context) => {
  const agent = await startFakeAgent(context);
  agent.answer('PUT /v1/snapshot', '');
  const pipe = path.join(temporaryDirectory(context), 'archive');
  execFileSync('mkfifo', [pipe]);
  const bytes = 'x'.repeat(300_000);
  const restored = lictor(['snapshot', 'restore', pipe], { env: { CONSUL_HTTP_ADDR: agent.address } });
  await fs.promises.writeFile(pipe, bytes);
  assert.deepEqual(await restored, done('Restored snapshot\n'));
  assert.equal(agent.asked[0]?.body, bytes);
  const inspected = lictor(['snapshot', 'inspect', '-format=json', pipe]);
  await fs.promises.writeFile(pipe, fs.readFileSync(dataPath('raft/populated.snap.tgz')));
  assert.equal((JSON.parse((await inspected).stdout) as { Meta: { Index: number } }).Meta.Index, 143);
});

test('an agent that wants no more of an archive is heard', async (context) => {
  const agent = await startFakeAgent(context);
  agent.answer('PUT /v1/snapshot', 'No cluster leader', 500);
  const file = path.join(temporaryDirectory(context), 'archive');
  fs.writeFileSync(file, 'x');
  assert.deepEqual(
    await lictor(['snapshot', 'restore', file], { env: { CONSUL_HTTP_ADDR: agent.address } }),
    failed('Error restoring snapshot: Unexpected response code: 500 (No cluster leader)\n'),
  );
});

test('each command takes one file that can be opened', async (context) => {
  const agent = await startFakeAgent(context);
  const env = { CONSUL_HTTP_ADDR: agent.address };
  const folder = temporaryDirectory(context);
  for (const name of ['restore', 'inspect', 'decode']) {
    assert.deepEqual(await lictor(['snapshot', name], { env }), failed('Missing FILE argument\n'));
    assert.deepEqual(
      await lictor(['snapshot', name, 'a', 'b'], { env }),
      failed('Too many arguments (expected 1, got 2)\n'),
    );
    assert.deepEqual(
      await lictor(['snapshot', name, folder], { env }),
      failed(`Error opening snapshot file: read ${folder}: is a directory\n`),
    );
    assert.deepEqual(
      await lictor(['snapshot', name, `${folder}/x`], { env }),
      failed(`Error opening snapshot file: open ${folder}/x: no such file or directory\n`),
    );
  }
  assert.deepEqual(agent.asked, []);
});
