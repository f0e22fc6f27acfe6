// Start, signals and exit codes (spec/agent.md, section 1): what supervisors and operators rely on.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { choosePorts, spawnAgent, startAgent, waitFor } from '../../agent-process.js';
import { withoutUws } from '../../uws.js';

const DEADLINE_MS = 60_000;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-life-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

for (const engine of ['net', 'uws']) {
  describe(`signals, engine ${engine}`, { skip: engine === 'uws' && withoutUws }, () => {
    const http = ['-hcl', `http_config { engine = "${engine}" }`];

    test('a server exits 1 on SIGTERM and SIGINT, with open connections', async () => {
      for (const signal of ['SIGTERM', 'SIGINT'] as const) {
        const agent = await startAgent({ args: ['-dev', ...http] });
        const waiting = agent.request('GET', '/v1/kv/nothing?index=1000&wait=60s').catch(() => null);
        await agent.request('GET', '/v1/status/leader');
        agent.child.kill(signal);
        assert.equal(await agent.waitForExit(), 1);
        assert.equal(agent.exited?.signal, null);
        assert.match(agent.output, new RegExp(`Caught: signal=${signal === 'SIGINT' ? 'interrupt' : 'terminated'}`));
        assert.match(agent.output, /Exit code: code=1\n?$/);
        await waiting;
      }
    });

    test('a client leaves on SIGTERM and exits 0', async () => {
      const agent = await startAgent({
        args: [`-data-dir=${path.join(folder, `client-${engine}`)}`, ...http],
        waitForLeader: false,
      });
      agent.child.kill('SIGTERM');
      assert.equal(await agent.waitForExit(), 0);
      assert.match(agent.output, /Graceful exit completed/);
    });

    test('PUT /v1/agent/leave ends the agent with 0', async () => {
      const agent = await startAgent({ args: ['-dev', ...http, '-hcl', 'performance { leave_drain_time = "10ms" }'] });
      assert.equal((await agent.request('PUT', '/v1/agent/leave')).status, 200);
      assert.equal(await agent.waitForExit(), 0);
    });
  });
}

test('the pid file holds the pid and goes with the agent', async () => {
  const pidFile = path.join(folder, 'agent.pid');
  const agent = await startAgent({ args: ['-dev', `-pid-file=${pidFile}`] });
  await waitFor(() => fs.existsSync(pidFile), 'the pid file');
  const pid = Number(fs.readFileSync(pidFile, 'utf8'));
  assert.ok(pid > 0);
  process.kill(pid, 'SIGTERM');
  await agent.waitForExit();
  assert.equal(fs.existsSync(pidFile), false);
});

test('SIGHUP takes a changed configuration, and keeps the old one when the new one is bad', async () => {
  const file = path.join(folder, 'services.json');
  const web = { service: { name: 'web', port: 80 } };
  fs.writeFileSync(file, JSON.stringify(web));
  const agent = await startAgent({ args: ['-dev', `-config-file=${file}`] });
  try {
    assert.deepEqual(Object.keys((await agent.json('/v1/agent/services')) as object), ['web']);
    fs.writeFileSync(file, JSON.stringify({ services: [web.service, { name: 'db', port: 5432 }] }));
    agent.child.kill('SIGHUP');
    await waitFor(async () => 'db' in ((await agent.json('/v1/agent/services')) as object), 'the new service');
    fs.writeFileSync(file, '{"services": [}');
    agent.child.kill('SIGHUP');
    await waitFor(() => agent.output.includes('Reload config failed'), 'the refusal');
    const answer = await agent.request('PUT', '/v1/agent/reload');
    assert.equal(answer.status, 500);
    assert.match(answer.text, /invalid character '}'/);
    const script = { name: 'script', args: ['true'], interval: '10s' };
    fs.writeFileSync(file, JSON.stringify({ services: [web.service], checks: [script] }));
    const refused = await agent.request('PUT', '/v1/agent/reload');
    assert.equal(refused.status, 500);
    assert.match(refused.text, /^Failed to register check 'script': Scripts are disabled/);
    assert.deepEqual(Object.keys((await agent.json('/v1/agent/services')) as object).sort(), ['db', 'web']);
  } finally {
    await agent.stop();
  }
});

test('a reload takes over what may change, and names what needs a restart', async () => {
  const file = path.join(folder, 'reload.json');
  const services = [{ name: 'web', port: 80 }];
  fs.writeFileSync(file, JSON.stringify({ services, log_level: 'info' }));
  const agent = await startAgent({ args: ['-dev', `-config-file=${file}`] });
  try {
    const inCatalog = async (): Promise<readonly unknown[]> =>
      (await agent.json('/v1/catalog/service/web')) as readonly unknown[];
    await waitFor(async () => (await inCatalog()).length === 1, 'the service in the catalog');
    const before = await inCatalog();
    const changed = { services, log_level: 'loud', datacenter: 'elsewhere', check_update_interval: '1s' };
    fs.writeFileSync(file, JSON.stringify(changed));
    assert.equal((await agent.request('PUT', '/v1/agent/reload')).status, 200);
    for (const key of ['datacenter', 'check_update_interval']) {
      const text = `The '${key}' field has changed. The change takes effect after a restart.`;
      await waitFor(() => agent.output.includes(text), text);
    }
    await waitFor(() => /\[WARN\].*Invalid log level: loud/.test(agent.output), 'the level to be named');
    assert.deepEqual(await inCatalog(), before);
    const self = (await agent.json('/v1/agent/self')) as { Config: { Datacenter: string } };
    assert.equal(self.Config.Datacenter, 'dc1');
  } finally {
    await agent.stop();
  }
});

test('whoever finds the HTTP port open finds the others open', async () => {
  const ports = await choosePorts();
  const isOpen = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = net.connect(port, '127.0.0.1');
      socket.on('error', () => resolve(false));
      socket.on('connect', () => {
        socket.destroy();
        resolve(true);
      });
    });
  const agent = spawnAgent({ args: [`-data-dir=${path.join(folder, 'opens')}`] }, ports);
  try {
    const until = Date.now() + DEADLINE_MS;
    // Again and again without a pause: what is looked for is over within milliseconds.
    while (!(await isOpen(ports.http)) && Date.now() < until);
    assert.deepEqual(await Promise.all([ports.dns, ports.grpc].map(isOpen)), [true, true], agent.output);
  } finally {
    await agent.stop();
  }
});

test('a client agent without servers says so', async () => {
  const agent = await startAgent({ args: [`-data-dir=${path.join(folder, 'lone')}`], waitForLeader: false });
  try {
    const registered = await agent.request('PUT', '/v1/agent/service/register', '{"name": "web", "port": 80}');
    assert.equal(registered.status, 200);
    assert.deepEqual(Object.keys((await agent.json('/v1/agent/services')) as object), ['web']);
    for (const target of ['/v1/kv/a', '/v1/catalog/nodes', '/v1/status/leader', '/v1/health/service/web']) {
      const answer = await agent.request('GET', target);
      assert.equal(answer.status, 500, target);
      assert.equal(answer.text, 'No known Consul servers');
    }
  } finally {
    await agent.stop();
  }
});

test('a server that expects three waits for its peers and says so', async () => {
  const agent = await startAgent({
    args: ['-server', '-bootstrap-expect=3', `-data-dir=${path.join(folder, 'expect')}`],
    waitForLeader: false,
  });
  try {
    assert.equal((await agent.request('GET', '/v1/status/leader')).text, '""');
    await waitFor(() => /expect.*3|waiting.*server/i.test(agent.output), 'the log to say that peers are awaited');
  } finally {
    await agent.stop();
  }
});
