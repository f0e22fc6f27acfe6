// SIGTERM in the middle of a burst of writes: the agent ends in good order, and what it acknowledged until then is there
// after the next start.

import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { RawClient } from '../../unit/workers/state/http/fixture.js';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'lictor-burst-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const WRITERS = 12;
const DEADLINE_MS = 60_000;

type Kind = 'key' | 'service' | 'session';
type Write = readonly [method: string, target: string, body: string];

const WRITES: { readonly [kind in Kind]: (name: string) => Write } = {
  key: (name) => ['PUT', `/v1/kv/${name}`, name],
  service: (name) => ['PUT', '/v1/agent/service/register', JSON.stringify({ Name: name })],
  session: (name) => ['PUT', '/v1/session/create', JSON.stringify({ Name: name })],
};
const KINDS = Object.keys(WRITES) as readonly Kind[];

/** Writes one after the other until the agent has gone; notes what was acknowledged. */
async function writeUntilGone(
  agent: AgentProcess,
  kind: Kind,
  prefix: string,
  acknowledged: Set<string>,
): Promise<void> {
  for (let number = 0; agent.exited === null; number += 1) {
    const name = `${prefix}-${number}`;
    const answer = await agent.request(...WRITES[kind](name)).catch(() => null);
    if (answer?.status === 200) acknowledged.add(name);
  }
}

async function names(agent: AgentProcess, kind: Kind): Promise<ReadonlySet<string>> {
  if (kind === 'key') return new Set((await agent.json('/v1/kv/?keys')) as string[]);
  if (kind === 'service') return new Set(Object.keys((await agent.json('/v1/agent/services')) as object));
  return new Set(((await agent.json('/v1/session/list')) as { Name: string }[]).map(({ Name }) => Name));
}

test('SIGTERM in the middle of a burst of writes loses nothing that was acknowledged', async () => {
  const args = ['-server', '-bootstrap', `-data-dir=${path.join(folder, 'data')}`, '-log-level=info'];
  let agent = await startAgent({ args });
  try {
    const acknowledged: { readonly [kind in Kind]: Set<string> } = {
      key: new Set(),
      service: new Set(),
      session: new Set(),
    };
    const writers = KINDS.flatMap((kind) =>
      Array.from({ length: WRITERS }, (_, i) => writeUntilGone(agent, kind, `${kind}${i}`, acknowledged[kind])),
    );
    await waitFor(() => KINDS.every((kind) => acknowledged[kind].size > 100), 'all kinds to be written', DEADLINE_MS);
    const waiting = new RawClient(agent.ports.http);
    waiting.send('GET /v1/status/leader HTTP/1.1\r\nHost: x\r\n\r\n');
    await waiting.answer('GET', DEADLINE_MS);
    waiting.send('GET /v1/kv/nothing?index=1000000&wait=600s HTTP/1.1\r\nHost: x\r\n\r\n');
    // What was sent after it is answered: it was read.
    await agent.request('GET', '/v1/status/leader');
    agent.child.kill('SIGTERM');
    const ended = await waiting.answer('GET', DEADLINE_MS);
    assert.equal(ended.status, 404, 'what waits is answered before the end');
    assert.equal(await agent.waitForExit(DEADLINE_MS), 1);
    await Promise.all(writers);
    assert.match(agent.output, /Exit code: code=1\n?$/);
    assert.deepEqual(
      agent.output.split('\n').filter((line) => /error during shutdown|Fatal error|thread ended/.test(line)),
      [],
    );

    agent = await startAgent({ args, ports: agent.ports });
    for (const kind of KINDS) {
      const kept = await names(agent, kind);
      assert.deepEqual(
        [...acknowledged[kind]].filter((name) => !kept.has(name)),
        [],
        kind,
      );
    }
  } finally {
    await agent.stop();
  }
});
