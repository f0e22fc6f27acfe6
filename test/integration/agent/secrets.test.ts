// Secrets that an operator or a client gives an agent stay in its memory and in files that nobody else can read: never in what it
// logs or prints, however much of that is asked for, nor in what the API shows of its configuration, and no file or folder that it
// makes in a data directory which others may enter is theirs to read.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-secrets-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** What was planted, by where. */
const planted = new Map<string, string>();

function plant(where: string): string {
  const secret = `${randomBytes(12).toString('hex')}`;
  planted.set(where, secret);
  return secret;
}

function assertHidden(text: string, where: string): void {
  const found = [...planted].filter(([, secret]) => text.includes(secret)).map(([name]) => name);
  assert.deepEqual(found, [], `in ${where}`);
}

function configuration(key: string): string {
  const token = (name: string): string => `${name} = "${plant(`acl.tokens.${name}`)}"`;
  return `
    encrypt = "${key}"
    acl { tokens { ${['agent', 'default', 'replication', 'initial_management'].map(token).join('\n')} } }
    retry_join = ["provider=aws tag_key=k tag_value=v access_key_id=x secret_access_key=${plant('retry_join')}"]
    enable_debug = true
    services { name = "configured" token = "${plant('service in a file')}" }
    checks {
      name = "asked"
      http = "http://127.0.0.1:1/"
      interval = "100ms"
      timeout = "1s"
      header = { Authorization = ["Bearer ${plant('header of a check in a file')}"] }
    }`;
}

/** All the ways in which a client hands a token over, to what there is, what there isn't, and what refuses it. */
async function useTokens(agent: AgentProcess): Promise<void> {
  const targets = [
    ['GET', '/v1/kv/a?recurse'],
    ['PUT', '/v1/kv/a'],
    ['GET', '/v1/kv/not-there'],
    ['GET', '/v1/no-such-endpoint'],
    ['DELETE', '/v1/agent/self'],
    ['PUT', '/v1/txn'],
    ['PUT', '/v1/agent/service/register'],
    ['GET', '/v1/catalog/services?wait=nonsense'],
    ['GET', '/v1/health/service/a?filter=nonsense'],
    ['GET', '/v1/kv/a?dc=nowhere'],
    ['GET', '//double'],
  ] as const;
  for (const [method, target] of targets) {
    const inQuery = `${target}${target.includes('?') ? '&' : '?'}token=${plant(`query of ${method} ${target}`)}`;
    const body = method === 'PUT' ? { body: '{' } : {};
    const header = { 'X-Consul-Token': plant(`header of ${method} ${target}`) };
    const bearer = { Authorization: `Bearer ${plant(`bearer of ${method} ${target}`)}` };
    await fetch(`${agent.http}${inQuery}`, { method, redirect: 'manual', ...body }).then((one) => one.text());
    for (const headers of [header, bearer]) {
      await fetch(`${agent.http}${target}`, { method, headers, redirect: 'manual', ...body }).then((one) => one.text());
    }
  }
}

async function register(agent: AgentProcess): Promise<void> {
  const token = plant('registered service');
  const header = { 'X-Api-Key': [plant('header of a registered check')] };
  const check = { HTTP: 'http://127.0.0.1:1/', Interval: '100ms', Header: header };
  const body = JSON.stringify({ Name: 'web', Token: token, Check: check });
  const { status, text } = await agent.request('PUT', '/v1/agent/service/register', body);
  assert.equal(status, 200, text);
  await waitFor(async () => {
    const checks = (await agent.json('/v1/agent/checks')) as { readonly [id: string]: { readonly Output: string } };
    return checks['service:web']?.Output.includes('refused') === true;
  }, 'the check to have failed');
}

/** Every file of the data directory that another user could read, given that they may enter the directory itself. */
function readableByOthers(directory: string): readonly string[] {
  return fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const at = path.join(directory, entry.name);
    const isOpen = (fs.statSync(at).mode & 0o077) !== 0;
    if (!isOpen) return [];
    return entry.isDirectory() ? readableByOthers(at) : [at];
  });
}

test('planted secrets are found in no log, no metric and no description of the agent; its files are its own', async () => {
  const key = randomBytes(32).toString('base64');
  planted.set('encrypt', key);
  const dataDir = path.join(folder, 'data');
  fs.mkdirSync(dataDir, { mode: 0o755 });
  fs.chmodSync(dataDir, 0o755);
  const file = path.join(folder, 'agent.hcl');
  fs.writeFileSync(file, configuration(key), { mode: 0o600 });
  const log = path.join(folder, 'log', 'agent.log');
  fs.mkdirSync(path.dirname(log));
  const args = ['-server', '-bootstrap', `-data-dir=${dataDir}`, `-config-file=${file}`, '-log-level=trace'];
  const agent = await startAgent({ node: 'secretive', args: [...args, `-log-file=${log}`] });
  try {
    const streaming = new AbortController();
    const monitor = await fetch(`${agent.http}/v1/agent/monitor?loglevel=trace`, { signal: streaming.signal });
    let monitored = '';
    const reading = (async () => {
      for await (const bytes of monitor.body ?? []) monitored += Buffer.from(bytes as Uint8Array).toString();
    })().catch(() => undefined);
    await register(agent);
    await useTokens(agent);
    for (const [kind, name] of [
      ['default', 'default'],
      ['agent', 'agent'],
    ]) {
      const body = JSON.stringify({ Token: plant(`token ${name} set`) });
      await agent.request('PUT', `/v1/agent/token/${kind}`, body);
    }
    await agent.request('PUT', '/v1/agent/reload');
    const installed = randomBytes(32).toString('base64');
    planted.set('installed key', installed);
    await agent.request('POST', '/v1/operator/keyring', JSON.stringify({ Key: installed }));
    await agent.request('PUT', '/v1/kv/snapshot-me', 'x');
    await agent.request('GET', '/v1/snapshot');
    for (const target of ['self', 'metrics', 'metrics?format=prometheus', 'members', 'host', 'version']) {
      assertHidden((await agent.request('GET', `/v1/agent/${target}`)).text, `/v1/agent/${target}`);
    }
    for (const target of ['/v1/catalog/service/web', '/v1/health/node/secretive', '/debug/pprof/cmdline']) {
      assertHidden((await agent.request('GET', target)).text, target);
    }
    await waitFor(() => monitored.includes('install-key query'), 'all of it to be monitored');
    streaming.abort();
    await reading;
    assertHidden(monitored, 'what is monitored');
    assert.deepEqual(readableByOthers(dataDir), []);
  } finally {
    await agent.stop();
  }
  assertHidden(agent.output, 'what it printed');
  const files = fs.readdirSync(path.dirname(log)).map((name) => path.join(path.dirname(log), name));
  assert.ok(files.length > 0);
  for (const one of files) {
    assertHidden(fs.readFileSync(one, 'utf8'), 'its log file');
    assert.equal(fs.statSync(one).mode & 0o007, 0);
  }
});
