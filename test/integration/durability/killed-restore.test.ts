// A server that is killed at any moment of an operator's restore comes back with the state of before or with the restored one,
// whole; with the restored one when it had said so.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent } from '../../agent-process.js';

const KILLS = 6;
const KEYS = 400;
const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-killed-restore-'));
let agent: AgentProcess | null = null;

after(async () => {
  await agent?.kill();
  fs.rmSync(folder, { recursive: true, force: true });
});

async function start(ports?: AgentProcess['ports']): Promise<AgentProcess> {
  const args = ['-server', '-bootstrap', `-data-dir=${folder}/data`];
  agent = await startAgent({ args, node: 'killed', ...(ports === undefined ? {} : { ports }) });
  return agent;
}

async function write(server: AgentProcess, value: string): Promise<void> {
  const big = Buffer.from(value.repeat(2_000)).toString('base64');
  for (let from = 0; from < KEYS; from += 50) {
    const operations = Array.from({ length: 50 }, (_, i) => ({
      KV: { Verb: 'set', Key: `key-${from + i}`, Value: big },
    }));
    assert.equal((await server.request('PUT', '/v1/txn', JSON.stringify(operations))).status, 200);
  }
}

/** The value that all keys have. */
async function state(server: AgentProcess): Promise<string> {
  const rows = (await server.json('/v1/kv/?recurse')) as readonly { Value: string }[];
  const values = new Set(rows.map(({ Value }) => Buffer.from(Value, 'base64').toString()[0]));
  assert.deepEqual([rows.length, values.size], [KEYS, 1], `keys: ${rows.length}, states: ${[...values].join(', ')}`);
  return [...values].join();
}

async function restored(server: AgentProcess, archive: Uint8Array): Promise<boolean> {
  try {
    const answer = await fetch(`${server.http}/v1/snapshot`, { method: 'PUT', body: new Uint8Array(archive) });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

test('killed while it restores, a server has the old state or the new one', async (context) => {
  let server = await start();
  await write(server, 'a');
  const saved = await fetch(`${server.http}/v1/snapshot`);
  const archive = new Uint8Array(await saved.arrayBuffer());
  await write(server, 'b');
  const began = performance.now();
  assert.ok(await restored(server, archive));
  const tookMs = performance.now() - began;
  assert.equal(await state(server), 'a');
  const seen: string[] = [];
  for (let kill = 0; kill < KILLS; kill += 1) {
    await write(server, 'b');
    const restoring = restored(server, archive);
    // Spread over what a restore takes, and a little more.
    await new Promise((resolve) => setTimeout(resolve, (tookMs * 1.2 * (kill + 1)) / KILLS));
    await server.kill();
    const isRestored = await restoring;
    server = await start(server.ports);
    const found = await state(server);
    assert.ok(found === 'a' || (found === 'b' && !isRestored), `found ${found}, answered: ${isRestored}`);
    seen.push(found);
  }
  context.diagnostic(`states found: ${seen.join(' ')}`);
  await server.stop();
});
