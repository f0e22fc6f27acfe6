// A data directory that can't be used ends the start with one clear line and a non-zero exit code: read-only, full, in use.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { choosePorts, startAgent } from '../../agent-process.js';
import { repositoryRoot } from '../../data.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-data-'));
const mounts: string[] = [];

after(() => {
  for (const mount of mounts) execFileSync('umount', [mount]);
  fs.rmSync(folder, { recursive: true, force: true });
});

/** Mounting needs root; without it only the cases that need no mount run. */
const isRoot = process.getuid?.() === 0;

function mountTmpfs(name: string, options: string): string {
  const target = path.join(folder, name);
  fs.mkdirSync(target);
  execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', target]);
  mounts.push(target);
  return target;
}

async function runToEnd(dataDir: string): Promise<{ code: number | null; stderr: string; stdout: string }> {
  const ports = await choosePorts();
  const child = spawn(path.join(repositoryRoot, 'lictor'), [
    'agent',
    '-server',
    '-bootstrap',
    '-node=one',
    '-bind=127.0.0.1',
    `-data-dir=${dataDir}`,
    `-http-port=${ports.http}`,
    `-dns-port=${ports.dns}`,
    `-server-port=${ports.server}`,
    `-serf-lan-port=${ports.serfLan}`,
    `-serf-wan-port=${ports.serfWan}`,
  ]);
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), 20_000);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, stderr, stdout };
}

function assertOneLine(stderr: string, pattern: RegExp): void {
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0] ?? '', pattern);
}

test('a read-only data directory is refused', { skip: !isRoot }, async () => {
  const target = mountTmpfs('read-only', 'ro');
  const { code, stderr } = await runToEnd(path.join(target, 'data'));
  assert.equal(code, 1);
  assertOneLine(stderr, /^==> .*data.*read-only file system/i);
});

test('a full disk is refused', { skip: !isRoot }, async () => {
  const target = mountTmpfs('full', 'size=64k');
  fs.mkdirSync(path.join(target, 'data'));
  const filler = fs.openSync(path.join(target, 'filler'), 'w');
  const block = Buffer.alloc(4096);
  try {
    for (;;) fs.writeSync(filler, block);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, 'ENOSPC');
  } finally {
    fs.closeSync(filler);
  }
  const { code, stderr } = await runToEnd(path.join(target, 'data'));
  assert.equal(code, 1);
  assertOneLine(stderr, /^==> .*no space left on device/i);
});

test('a data directory in use by another agent is refused, and the other goes on', async () => {
  const dataDir = path.join(folder, 'shared');
  const agent = await startAgent({ args: ['-server', '-bootstrap', `-data-dir=${dataDir}`, '-log-level=warn'] });
  try {
    const { code, stdout, stderr } = await runToEnd(dataDir);
    assert.equal(code, 1);
    assert.equal(stderr, '');
    const errors = stdout.split('\n').filter((line) => line.includes('[ERROR]'));
    assert.equal(errors.length, 1, stdout);
    assert.match(errors[0] ?? '', /Error starting agent: error=".*already in use by another/);
    assert.equal((await agent.request('PUT', '/v1/kv/still', 'here')).text.trim(), 'true');
  } finally {
    await agent.stop();
  }
});

test('a data directory that is a file is refused', async () => {
  const file = path.join(folder, 'file');
  fs.writeFileSync(file, 'not a directory');
  const { code, stderr } = await runToEnd(file);
  assert.equal(code, 1);
  assertOneLine(stderr, /^==> .*not a directory/);
});
