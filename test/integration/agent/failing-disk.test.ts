// A disk that answers with an error. Under the Raft log it stops the server, with one line: what it acknowledged before is
// there after a restart, and nothing is acknowledged afterwards. Registrations are refused for as long as it lasts. Gossip
// does without its snapshot file.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { failDisk, withoutFailingDisk } from './failing-disk.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-failing-disk-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const EXIT_DEADLINE_MS = 60_000;
const WRITERS = 8;

function argumentsFor(name: string): string[] {
  return ['-server', '-bootstrap', `-data-dir=${path.join(folder, name)}`, '-log-level=warn'];
}

function errorLines(agent: AgentProcess): string[] {
  return agent.output.split('\n').filter((line) => line.includes('[ERROR]'));
}

/** Writes one key after the other until the agent has gone; notes those that were acknowledged. */
async function writeUntilGone(agent: AgentProcess, prefix: string, acknowledged: Set<string>): Promise<void> {
  for (let number = 0; agent.exited === null; number += 1) {
    const key = `${prefix}/${number}`;
    const answer = await agent.request('PUT', `/v1/kv/${key}`, 'x').catch(() => null);
    if (answer?.status === 200) acknowledged.add(key);
    else if (answer !== null) assert.equal(answer.status, 500, answer.text);
  }
}

/** LevelDB's own log, which a synced write ends in. */
function openLog(dataDir: string): string {
  const directory = path.join(dataDir, 'raft/log');
  const [name] = fs.readdirSync(directory).filter((file) => /^\d+\.log$/.test(file));
  assert.ok(name !== undefined);
  return path.join(directory, name);
}

describe('under the Raft log', { skip: withoutFailingDisk }, () => {
  const cases: readonly (readonly [string, string, (dataDir: string) => string])[] = [
    ['sync', 'fdatasync', openLog],
    ['write', 'write', openLog],
    ['write of the durability marker', 'pwrite64', (dataDir) => path.join(dataDir, 'raft/log.durable')],
  ];
  for (const [name, calls, file] of cases) {
    test(`a ${name} that fails stops the server; nothing is acknowledged after it, nothing before it is lost`, async () => {
      const args = argumentsFor(name.replaceAll(' ', '-'));
      const dataDir = path.join(folder, name.replaceAll(' ', '-'));
      let agent = await startAgent({ args });
      const acknowledged = new Set<string>();
      try {
        const writers = Array.from({ length: WRITERS }, (_, i) => writeUntilGone(agent, `w${i}`, acknowledged));
        await waitFor(() => acknowledged.size > 200, 'writes to be acknowledged', EXIT_DEADLINE_MS);
        const disk = await failDisk(agent, file(dataDir), calls);
        assert.equal(await agent.waitForExit(EXIT_DEADLINE_MS), 1);
        await disk.repair();
        await Promise.all(writers);
        const [line = '', ...more] = errorLines(agent);
        assert.match(line, /Fatal error: error="cannot use data-dir .*(Input\/output error|EIO: i\/o error)/);
        assert.deepEqual(more, []);

        agent = await startAgent({ args, ports: agent.ports });
        const kept = new Set((await agent.json('/v1/kv/?keys')) as string[]);
        assert.deepEqual(
          [...acknowledged].filter((key) => !kept.has(key)),
          [],
        );
      } finally {
        await agent.stop();
      }
    });
  }

  test('once a sync failed, nothing is acknowledged', async () => {
    const args = argumentsFor('nothing-more');
    const agent = await startAgent({ args });
    try {
      const disk = await failDisk(agent, openLog(path.join(folder, 'nothing-more')), 'fdatasync');
      const acknowledged = new Set<string>();
      await Promise.all(Array.from({ length: WRITERS }, (_, i) => writeUntilGone(agent, `w${i}`, acknowledged)));
      assert.deepEqual([...acknowledged], []);
      assert.equal(await agent.waitForExit(EXIT_DEADLINE_MS), 1);
      await disk.repair();
    } finally {
      await agent.stop();
    }
  });
});

test('registrations are refused while their log can not be written, and taken afterwards', {
  skip: withoutFailingDisk,
}, async () => {
  const args = argumentsFor('registrations');
  let agent = await startAgent({ args });
  const register = (name: string) => agent.request('PUT', '/v1/agent/service/register', JSON.stringify({ Name: name }));
  try {
    assert.equal((await register('before')).status, 200);
    const directory = path.join(folder, 'registrations/local');
    const [log] = fs.readdirSync(directory).filter((name) => name.startsWith('log-'));
    assert.ok(log !== undefined);
    const disk = await failDisk(agent, path.join(directory, log), 'write,pwrite64,writev,pwritev,fdatasync');
    const refused = await register('refused');
    assert.equal(refused.status, 500);
    assert.match(refused.text, /failed to persist to the data directory: EIO: i\/o error/);
    assert.equal((await agent.request('GET', '/v1/agent/service/refused')).status, 404);
    assert.equal((await agent.request('PUT', '/v1/kv/other', 'x')).status, 200, 'the Raft log has its own file');
    await disk.repair();
    assert.equal((await register('after')).status, 200);
    await agent.kill();
    agent = await startAgent({ args, ports: agent.ports });
    assert.deepEqual(Object.keys((await agent.json('/v1/agent/services')) as object).sort(), ['after', 'before']);
  } finally {
    await agent.stop();
  }
});

test('gossip goes on without its snapshot file and says so; nothing is missing when it can be written again', {
  skip: withoutFailingDisk,
}, async () => {
  const agent = await startAgent({ args: argumentsFor('gossip') });
  const file = path.join(folder, 'gossip/serf/local.snapshot');
  let other: AgentProcess | null = null;
  try {
    const disk = await failDisk(agent, file, 'write,writev,pwrite64,fdatasync');
    const join = `-retry-join=127.0.0.1:${agent.ports.serfLan}`;
    other = await startAgent({
      node: 'other',
      args: [`-data-dir=${path.join(folder, 'other')}`, join],
      waitForLeader: false,
    });
    const problem = `failed to update snapshot ${file}`;
    await waitFor(() => agent.output.includes(problem), 'the log to say so', EXIT_DEADLINE_MS);
    assert.equal((await agent.request('PUT', '/v1/kv/other', 'x')).status, 200);
    await disk.repair();
    const isWhole = (): boolean => /^alive: other /m.test(fs.readFileSync(file, 'utf8'));
    await waitFor(isWhole, 'the file to name the other member', EXIT_DEADLINE_MS);
    assert.equal(agent.exited, null);
  } finally {
    await other?.stop();
    await agent.stop();
  }
});
