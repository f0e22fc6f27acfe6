// The commands of `snapshot` and the files they are given.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { dataPath } from '../../data.js';
import { temporaryDirectory } from '../../temporary.js';
import { soundFiles, tarOf } from '../../unit/archive/archive.js';
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

test('a record that cannot be read is no part of a sound archive', async (context) => {
  const file = path.join(temporaryDirectory(context), 'archive');
  const header = [0x81, 0xa1, 0x49, 0x07];
  for (const [record, problem] of [
    // A key that is nil; a map with a number for a key.
    [[0x02, 0xc0], /^Error reading snapshot: .*failed to decode snapshot: a key without a name$/m],
    [[0x02, 0x81, 0x01, 0x01], /^Error reading snapshot: .*failed to decode snapshot: wrong-type$/m],
  ] as const) {
    fs.writeFileSync(file, gzipSync(tarOf(soundFiles(Buffer.from([...header, ...record])))));
    const inspected = await lictor(['snapshot', 'inspect', '-kvdetails', file]);
    assert.deepEqual([inspected.code, inspected.stdout], [1, '']);
    assert.match(inspected.stderr, problem);
  }
  const decoded = await lictor(['snapshot', 'decode', file]);
  assert.deepEqual([decoded.code, decoded.stdout], [1, '']);
  assert.match(decoded.stderr, /failed to decode snapshot: wrong-type$/m);
});

test('an agent that ends in the middle of a refusal leaves no stack trace', async (context) => {
  const server = http.createServer((_request, response) => {
    response.writeHead(500, { 'Content-Length': '100' });
    response.write('No cl', () => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  context.after(() => server.close());
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const file = path.join(temporaryDirectory(context), 'archive');
  assert.deepEqual(
    await lictor(['snapshot', 'save', file], { env: { CONSUL_HTTP_ADDR: `127.0.0.1:${port}` } }),
    failed('Error saving snapshot: unexpected EOF\n'),
  );
  assert.deepEqual(fs.readdirSync(path.dirname(file)), []);
});
