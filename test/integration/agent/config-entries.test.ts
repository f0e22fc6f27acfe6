// Config entries through a whole agent: those of its configuration, blocking queries, a restart from log and snapshot.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { type AgentProcess, choosePorts, startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory, writeFiles } from '../../temporary.js';

interface Shown {
  readonly Name: string;
  readonly Protocol?: string;
}

async function write(agent: AgentProcess, entry: object): Promise<void> {
  const answer = await agent.request('PUT', '/v1/config', JSON.stringify(entry));
  assert.equal(answer.text, 'true', answer.text);
}

async function names(agent: AgentProcess): Promise<string[]> {
  const entries = (await agent.json('/v1/config/service-defaults')) as readonly Shown[];
  return entries.map(({ Name, Protocol = '' }) => `${Name} ${Protocol}`);
}

const KINDS = ['service-defaults', 'proxy-defaults', 'service-resolver', 'terminating-gateway', 'mesh'];

/** What a gateway leads to is made anew by a restore, as of the restored state: its own indexes are left out. */
const OWN_INDEXES = /,"CreateIndex":\d+,"ModifyIndex":\d+/g;

async function everything(agent: AgentProcess): Promise<string[]> {
  const seen: string[] = [];
  const ask = async (target: string, left: RegExp | null): Promise<void> => {
    const { status, text, headers } = await agent.request('GET', `/v1/${target}`);
    seen.push(
      `${target} ${status} ${headers.get('x-consul-index')} ${left === null ? text : text.replaceAll(left, '')}`,
    );
  };
  for (const kind of KINDS) await ask(`config/${kind}`, null);
  await ask('catalog/gateway-services/gw', OWN_INDEXES);
  return seen;
}

test('entries are made from the configuration once, waken who waits for them, and outlive kills', async (context) => {
  const folder = temporaryDirectory(context);
  writeFiles(folder, {
    'agent.hcl': `config_entries { bootstrap {
      Kind = "service-defaults" Name = "first" Protocol = "http"
    } }
    raft_snapshot_threshold = 20
    raft_snapshot_interval = "1s"`,
  });
  const args = ['-server', '-bootstrap-expect=1', '-data-dir', path.join(folder, 'data')];
  const options = { args: [...args, '-config-file', path.join(folder, 'agent.hcl')], ports: await choosePorts() };
  let agent = await startAgent(options);
  context.after(() => agent.kill());
  await waitFor(async () => (await names(agent)).length === 1, 'the entry of the configuration');
  assert.deepEqual(await names(agent), ['first http']);

  const missing = await agent.request('GET', '/v1/config/service-defaults/late');
  assert.equal(missing.status, 404);
  const index = missing.headers.get('x-consul-index');
  const late = agent.json(`/v1/config/service-defaults/late?index=${index}&wait=60s`) as Promise<Shown>;
  await write(agent, { Kind: 'service-defaults', Name: 'other', Protocol: 'tcp' });
  await write(agent, { Kind: 'service-defaults', Name: 'late', Protocol: 'grpc' });
  assert.equal((await late).Protocol, 'grpc', 'what it waited for, and not the first write');

  await write(agent, { kind: 'service-defaults', name: 'first', protocol: 'tcp' });
  await write(agent, { Kind: 'proxy-defaults', Name: 'global', Config: { a: { b: [1, 'x'] } } });
  await write(agent, { Kind: 'service-resolver', Name: 'first', ConnectTimeout: '3s' });
  await write(agent, { Kind: 'mesh', TransparentProxy: { MeshDestinationsOnly: true } });
  await write(agent, { Kind: 'terminating-gateway', Name: 'gw', Services: [{ Name: '*' }, { Name: 'db', SNI: 's' }] });
  const registration = JSON.stringify({ Node: 'n', Address: '10.0.0.1', Service: { Service: 'web' } });
  await agent.request('PUT', '/v1/catalog/register', registration);
  const before = await everything(agent);
  await agent.kill();

  agent = await startAgent(options);
  await waitFor(async () => (await names(agent)).length === 3, 'the log to be applied');
  assert.deepEqual(await names(agent), ['first tcp', 'late grpc', 'other tcp'], 'the configuration changes nothing');
  assert.deepEqual(await everything(agent), before);

  const archive = await fetch(`${agent.http}/v1/snapshot`);
  const saved = await archive.arrayBuffer();
  await agent.request('DELETE', '/v1/config/service-defaults/late');
  assert.equal((await fetch(`${agent.http}/v1/snapshot`, { method: 'PUT', body: saved })).status, 200);
  await waitFor(async () => (await names(agent)).length === 3, 'the restored state');
  assert.deepEqual(await everything(agent), before);
  await agent.stop();
});
