// Records that are hard to carry, over the endpoints that take them: free-form values nested as deep as they may and deeper,
// and text with half characters. What is refused is refused with a clear 400; what was answered 200 is there after a
// restart as it was before, and the restart succeeds.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { MAX_NESTING } from '../../../src/gotext/nesting.js';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-hostile-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const DEPTHS = [1, 63, 64, 65, 66, MAX_NESTING - 1, MAX_NESTING, MAX_NESTING + 1, 9000];

/** A proxy registration whose Config's one member has this many lists within each other. */
function proxy(depth: number): string {
  return `{"Kind":"connect-proxy","ID":"p${depth}","NAME":"deep${depth}","Port":1,"Proxy":{"DestinationServiceName":"x",
    "Config":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}}`;
}

async function registered(agent: AgentProcess, depth: number): Promise<number[]> {
  const catalog = proxy(depth).replace('NAME', 'Service').replace('"p', '"c').replace('deep', 'catalog');
  const answers = [
    await agent.request('PUT', '/v1/agent/service/register', proxy(depth).replace('NAME', 'Name')),
    await agent.request('PUT', '/v1/catalog/register', `{"Node":"other","Address":"10.0.0.1","Service":${catalog}}`),
  ];
  for (const { status, text } of answers) {
    if (status !== 200) assert.match(text, /nested deeper than 512 levels/);
  }
  return answers.map(({ status }) => status);
}

/** An agent takes the virtual address of a proxy over from the catalog, some time after its registration. */
const VIRTUAL_ADDRESS = /,?"consul-virtual":\{[^}]*\}/g;

/** Without what differs from start to start. */
async function seen(agent: AgentProcess): Promise<string> {
  const texts: string[] = [];
  for (const depth of DEPTHS) {
    for (const name of [`deep${depth}`, `catalog${depth}`]) {
      texts.push((await agent.request('GET', `/v1/catalog/service/${name}`)).text);
    }
  }
  texts.push(
    (await agent.request('GET', '/v1/agent/services')).text,
    (await agent.request('GET', '/v1/kv/?recurse')).text,
  );
  return texts.join('\n').replace(VIRTUAL_ADDRESS, '').replaceAll('"TaggedAddresses":{},', '');
}

test('what was acknowledged is there after a restart, what nests deeper than all can carry is refused', async () => {
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, 'data')}`];
  const agent = await startAgent({ args });
  let before = '';
  try {
    for (const depth of DEPTHS) {
      const expected = depth <= MAX_NESTING ? 200 : 400;
      assert.deepEqual(await registered(agent, depth), [expected, expected], `${depth} levels`);
    }
    // One key, not two until a restart and one after it; and no way to make bytes that aren't UTF-8.
    for (const half of ['\\ud800', '\\udfff', '\\udcff']) {
      const operation = `[{"KV":{"Verb":"set","Key":"half-${half}","Value":"eA=="}}]`;
      assert.equal((await agent.request('PUT', '/v1/txn', operation)).status, 200);
    }
    assert.deepEqual(await agent.json('/v1/kv/?keys'), ['half-\ufffd']);
    const deepest = `deep${MAX_NESTING}`;
    await waitFor(async () => (await agent.request('GET', `/v1/catalog/service/${deepest}`)).text !== '[]', 'the sync');
    before = await seen(agent);
    assert.ok(before.includes('['.repeat(MAX_NESTING)));
  } finally {
    await agent.kill();
  }
  const again = await startAgent({ args, ports: agent.ports });
  try {
    await waitFor(async () => (await seen(again)) === before, 'everything acknowledged');
  } finally {
    await again.stop();
  }
});

test('a definition file that nests too deep is refused with its name, at the start and at a reload', async () => {
  const file = path.join(folder, 'deep.json');
  const args = ['-dev', `-config-file=${file}`];
  const write = (depth: number): void => {
    const config = `{"a": ${'['.repeat(depth)}${']'.repeat(depth)}}`;
    const proxySettings = `{"destination_service_name": "x", "config": ${config}}`;
    fs.writeFileSync(file, `{"service": {"name": "d", "kind": "connect-proxy", "port": 1, "proxy": ${proxySettings}}}`);
  };
  write(600);
  const refusal = /failed to parse .*deep\.json: value is nested deeper than 512 levels/;
  await assert.rejects(startAgent({ args, waitForLeader: false }), refusal);
  write(500);
  const agent = await startAgent({ args });
  try {
    // Without the white space that -dev answers have.
    const config = async (): Promise<string> =>
      (await agent.request('GET', '/v1/catalog/service/d')).text.replaceAll(/\s/g, '');
    await waitFor(async () => (await config()).includes('['.repeat(500)), 'the deep one that is allowed');
    write(600);
    agent.child.kill('SIGHUP');
    await waitFor(() => refusal.test(agent.output), `the refusal:\n${agent.output}`);
    assert.equal((await agent.request('PUT', '/v1/kv/after', 'x')).status, 200);
    assert.ok((await config()).includes('['.repeat(500)));
  } finally {
    await agent.stop();
  }
});
