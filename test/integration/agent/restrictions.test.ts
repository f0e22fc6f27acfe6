// What an operator forbids, on a real agent: who may write, which paths there are, programs as checks, programs by events.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-restrictions-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** From this address of the machine. */
function statusFrom(localAddress: string, { ports }: AgentProcess, method: string, target: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: ports.http, path: target, method, localAddress };
    const request = http.request(options, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode ?? 0));
    });
    request.on('error', reject);
    request.end();
  });
}

describe('an agent as it comes', () => {
  let agent: AgentProcess;
  const proof = path.join(folder, 'ran');
  const command = ['/bin/sh', '-c', `touch ${proof}`];
  before(async () => {
    agent = await startAgent({ node: 'plain', args: ['-dev'] });
  });
  after(() => agent.kill());

  it('runs no program for whoever may register a check', async () => {
    const bodies = [
      ['/v1/agent/check/register', { Name: 'c', Args: command, Interval: '100ms' }],
      ['/v1/agent/service/register', { Name: 's', Check: { Args: command, Interval: '100ms' } }],
    ] as const;
    for (const [target, body] of bodies) {
      const { status, text } = await agent.request('PUT', target, JSON.stringify(body));
      assert.equal(status, 500, text);
      assert.match(text, /Scripts are disabled on this agent/);
    }
    assert.deepEqual(Object.keys((await agent.json('/v1/agent/checks')) as object), []);
    assert.equal(fs.existsSync(proof), false);
  });

  it('runs no program by an event, and does not list it', async () => {
    const { status, text } = await agent.request('PUT', '/v1/event/fire/_rexec', JSON.stringify({ Cmd: command }));
    assert.equal(status, 200, text);
    await waitFor(() => agent.output.includes('ignoring remote exec event'), 'the event to be ignored');
    assert.deepEqual(await agent.json('/v1/event/list'), []);
    assert.equal(fs.existsSync(proof), false);
  });
});

test('programs of configuration files run where they are allowed, and nobody else may register one', async () => {
  const proof = path.join(folder, 'configured');
  const check = `checks { name = "c" args = ["/bin/sh", "-c", "touch ${proof}"] interval = "100ms" }`;
  const args = ['-dev', '-enable-local-script-checks', '-hcl', check];
  const agent = await startAgent({ node: 'local', args });
  try {
    await waitFor(() => fs.existsSync(proof), 'the program to run');
    const body = JSON.stringify({ Name: 'other', Args: ['/bin/true'], Interval: '1s' });
    const { status, text } = await agent.request('PUT', '/v1/agent/check/register', body);
    assert.equal(status, 500, text);
    assert.match(text, /Scripts are disabled on this agent from remote calls/);
  } finally {
    await agent.kill();
  }
});

test('only the networks of allow_write_http_from write, and what block_endpoints names is answered to nobody', async () => {
  const config =
    'http_config { allow_write_http_from = ["127.0.0.2/32"] block_endpoints = ["/v1/catalog", "/v1/agent/maintenance"] }';
  const agent = await startAgent({ node: 'narrow', args: ['-dev', '-hcl', config], waitForLeader: false });
  try {
    const from = (address: string, method: string, target: string): Promise<number> =>
      statusFrom(address, agent, method, target);
    await waitFor(async () => (await from('127.0.0.2', 'PUT', '/v1/kv/a')) === 200, 'a write by who may');
    assert.equal(await from('127.0.0.1', 'PUT', '/v1/kv/a'), 403);
    assert.equal(await from('127.0.0.1', 'DELETE', '/v1/kv/a'), 403);
    assert.equal(await from('127.0.0.1', 'GET', '/v1/kv/a'), 200);
    for (const address of ['127.0.0.1', '127.0.0.2']) {
      assert.equal(await from(address, 'GET', '/v1/catalog/nodes'), 403);
      assert.equal(await from(address, 'PUT', '/v1/agent/maintenance?enable=true'), 403);
    }
    assert.equal(await from('127.0.0.1', 'GET', '/v1/agent/services'), 200);
  } finally {
    await agent.kill();
  }
});
