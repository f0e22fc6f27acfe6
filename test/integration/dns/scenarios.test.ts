// The recorded scenarios against the DNS server and the state store alone. What is left out belongs to kinds of questions
// that come later: prepared queries, connect and virtual names, recursors.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { repositoryRoot } from '../../data.js';

const LATER = /^FAIL (?:recursor-forward|prepared-queries|connect-virtual|shuffle\/query|ttl\/query)/;

test('recorded questions get the recorded answers', { timeout: 240_000 }, async () => {
  const kit = path.join(repositoryRoot, 'test/conformance/dns');
  const agent = fileURLToPath(new URL('./dns-agent.js', import.meta.url));
  const command = ['replay.mjs', '--bin', `${process.execPath} ${agent}`, '--port-base', '31500', '-v'];
  const child = spawn(process.execPath, command, { cwd: kit, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.on('exit', resolve));
  const lines = output.split('\n');
  const unexpected = lines.filter((line) => line.startsWith('FAIL') && !LATER.test(line));
  assert.deepEqual(unexpected, [], output.slice(-4000));
  assert.ok(lines.filter((line) => line.startsWith('ok')).length >= 280, output.slice(-4000));
});
