// A data directory that can't be used ends the start with one clear line and a non-zero exit code: read-only, full, in use.

import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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

/** Why the cases on disks of their own are left out: without root nothing can be mounted. */
const skip = process.getuid?.() === 0 ? false : 'needs root, to mount a disk';

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
  const timer = setTimeout(() => child.kill('SIGKILL'), 60_000);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  clearTimeout(timer);
  return { code, stderr, stdout };
}

function assertOneLine(stderr: string, pattern: RegExp): void {
  const lines = stderr.trim().split('\n');
  assert.equal(lines.length, 1, stderr);
  assert.match(lines[0] ?? '', pattern);
}

test('a read-only data directory is refused', { skip }, async () => {
  const target = mountTmpfs('read-only', 'ro');
  const { code, stderr } = await runToEnd(path.join(target, 'data'));
  assert.equal(code, 1);
  assertOneLine(stderr, /^==> .*data.*read-only file system/i);
});

test('a full disk is refused', { skip }, async () => {
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

test('a disk that fills up ends the agent with a clear line, and nothing acknowledged is lost', { skip }, async () => {
  const target = mountTmpfs('filling', 'size=20m');
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(target, 'data')}`, '-log-level=warn'];
  let agent = await startAgent({ args });
  const keys: string[] = [];
  const services: string[] = [];
  /** Null when the agent is gone. */
  const put = (url: string, body: string) => agent.request('PUT', url, body).catch(() => null);
  try {
    for (let number = 0; number < 5_000 && agent.exited === null; number += 1) {
      const value = randomBytes(20_000).toString('base64');
      const written = await put(`/v1/kv/${number}`, value);
      if (written?.status === 200) keys.push(String(number));
      const registered = await put('/v1/agent/service/register', JSON.stringify({ Name: `s${number}`, Tags: [value] }));
      if (registered?.status === 200) services.push(`s${number}`);
      else if (registered !== null) assert.match(registered.text, /no space left on the device/);
    }
    assert.equal(await agent.waitForExit(), 1);
    assert.match(agent.output, /\[ERROR\] agent: Fatal error: error=".*is full: .*No space left on device"/);
    assert.ok(keys.length > 50 && services.length > 50);

    execFileSync('mount', ['-o', 'remount,size=100m', target]);
    agent = await startAgent({ args, ports: agent.ports });
    const keptKeys = new Set((await agent.json('/v1/kv/?keys')) as string[]);
    const keptServices = (await agent.json('/v1/agent/services')) as object;
    assert.deepEqual(
      keys.filter((key) => !keptKeys.has(key)),
      [],
    );
    assert.deepEqual(
      services.filter((id) => !(id in keptServices)),
      [],
    );
    assert.equal((await agent.request('PUT', '/v1/kv/again', 'works')).text.trim(), 'true');
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
