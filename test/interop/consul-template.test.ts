// consul-template (hashicorp/consul-template, installed from its Go module) renders from a client agent: once, as it changes,
// with its quiescence and de-duplication, and while the leader is killed.

import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { waitFor } from '../agent-process.js';
import { ThreeServers } from '../integration/cluster/three-servers.js';
import { installed, skipWithoutInstalled } from './installed.js';

const DEADLINE_MS = 120_000;
const BACKENDS = `{{ range service "web" }}server {{ .ID }} {{ .Address }}:{{ .Port }} {{ .Tags | join "," }}
{{ end }}`;

const run = promisify(execFile);
const skip = skipWithoutInstalled('consul-template');
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-template-'));
const cluster = new ThreeServers();
const running: ChildProcess[] = [];

before(async () => {
  if (skip === false) await cluster.start();
});
after(async () => {
  for (const child of running) {
    if (child.exitCode !== null) continue;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  await cluster.stop();
  fs.rmSync(folder, { recursive: true, force: true });
});

function template(name: string, text: string): { readonly flag: string; readonly rendered: () => string } {
  const [from, to] = [path.join(folder, `${name}.tpl`), path.join(folder, `${name}.txt`)];
  fs.writeFileSync(from, text);
  return { flag: `-template=${from}:${to}`, rendered: () => (fs.existsSync(to) ? fs.readFileSync(to, 'utf8') : '') };
}

function flags(): string[] {
  return [`-consul-addr=127.0.0.1:${cluster.client.ports.http}`, '-consul-retry-backoff=100ms'];
}

async function renderOnce(name: string, text: string): Promise<string> {
  const { flag, rendered } = template(name, text);
  await run(installed('consul-template'), [...flags(), flag, '-once'], { timeout: DEADLINE_MS });
  return rendered();
}

function renderAlways(...more: readonly string[]): void {
  running.push(spawn(installed('consul-template'), [...flags(), ...more], { stdio: 'ignore' }));
}

async function put(target: string, body: string): Promise<void> {
  const { status, text } = await cluster.client.request('PUT', target, body);
  assert.equal(status, 200, text);
}

function register(id: string, port: number): Promise<void> {
  const check = { CheckID: `ttl-${id}`, TTL: '10m', Status: 'passing' };
  const body = { ID: id, Name: 'web', Address: '10.0.0.1', Port: port, Tags: ['v1', id], Check: check };
  return put('/v1/agent/service/register', JSON.stringify(body));
}

describe('consul-template renders from a client agent', { concurrency: false, skip }, () => {
  it('keys, services, nodes and datacenters, once', async () => {
    await put('/v1/kv/app/name', 'shop');
    await put('/v1/kv/app/db/host', '10.0.0.9');
    await put('/v1/kv/app/db/port', '5432');
    await register('web-1', 8001);
    await register('web-2', 8002);
    const text = `{{ key "app/name" }} {{ keyOrDefault "app/none" "fallback" }} {{ keyExists "app/none" }}
{{ range ls "app/db" }}{{ .Key }}={{ .Value }} {{ end }}
{{ range tree "app" }}{{ .Key }} {{ end }}
{{ range datacenters }}{{ . }} {{ end }}
{{ range nodes "@dc1" }}{{ .Node }} {{ end }}
{{ with node "client" }}{{ .Node.Node }}{{ range .Services }} {{ .ID }}{{ end }}{{ end }}
{{ range services }}{{ .Name }} {{ end }}
{{ range service "web-2.web|any" }}{{ .ID }}{{ end }}
${BACKENDS}`;
    // It reads from any server, which may be a little late.
    const expected = `shop fallback false
host=10.0.0.9 port=5432 
db/host db/port name 
dc1 
client server-0 server-1 server-2 
client web-1 web-2
consul web 
web-2
server web-1 10.0.0.1:8001 v1,web-1
server web-2 10.0.0.1:8002 v1,web-2
`;
    let rendered = '';
    const isWhole = async (): Promise<boolean> => {
      rendered = await renderOnce('once', text);
      return rendered === expected;
    };
    await waitFor(isWhole, 'a text of all of it').catch(() => assert.equal(rendered, expected));
  });

  it('what changes, as it changes: checks, services, keys', async () => {
    const { flag, rendered } = template('watch', `{{ key "app/name" }}\n${BACKENDS}`);
    renderAlways(flag);
    await waitFor(() => rendered().includes('web-2'), 'the first text');
    await put('/v1/agent/check/fail/ttl-web-1', '');
    await waitFor(() => !rendered().includes('web-1'), 'the failed one to go');
    await put('/v1/agent/check/pass/ttl-web-1', '');
    await waitFor(() => rendered().includes('web-1'), 'it to be back');
    await register('web-3', 8003);
    await put('/v1/kv/app/name', 'store');
    await waitFor(() => rendered().startsWith('store\n') && rendered().includes('web-3'), 'the new key and service');
    await put('/v1/agent/service/deregister/web-3', '');
    await waitFor(() => !rendered().includes('web-3'), 'the service to go');
  });

  it('in several processes that share the work by a lock, and while the leader is killed', async () => {
    const both = ['a', 'b'].map((name) => template(`shared-${name}`, `{{ key "app/name" }}\n${BACKENDS}`));
    const source = both[0]?.flag.split('=')[1]?.split(':')[0];
    for (const name of ['a', 'b']) {
      renderAlways('-dedup', '-wait=50ms:500ms', `-template=${source}:${path.join(folder, `shared-${name}.txt`)}`);
    }
    await waitFor(() => both.every(({ rendered }) => rendered().includes('web-1')), 'both texts');
    const dead = await cluster.leader();
    await cluster.servers[dead]?.kill();
    await waitFor(async () => (await cluster.leader()) !== dead, 'another leader');
    await put('/v1/kv/app/name', 'after');
    await waitFor(() => both.every(({ rendered }) => rendered().startsWith('after\n')), 'both to follow');
    await cluster.startAgain(dead);
    await cluster.settled();
  });
});
