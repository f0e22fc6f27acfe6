// What the HTTP kit leans on: an agent that a scenario ended or hung is told, and the next scenario gets a new one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AgentProcess } from '../agent-process.js';
import { KindsOfAgents, loneServer } from './kinds-of-agents.js';

async function started(agents: KindsOfAgents, kind: string): Promise<AgentProcess> {
  const agent = await agents.use(kind);
  assert.ok(typeof agent !== 'string', String(agent));
  return agent;
}

test('an agent serves its kind until it ends or hangs', async () => {
  const agents = new KindsOfAgents(loneServer('net'));
  try {
    const first = await started(agents, 'default');
    assert.equal(await agents.lost(), null);
    assert.equal(await agents.use('default'), first);
    await first.kill();
    assert.match(String(await agents.lost()), /^the agent ended:/);

    const second = await started(agents, 'default');
    assert.notEqual(second, first);
    second.child.kill('SIGSTOP');
    assert.match(String(await agents.lost(1000)), /^the agent no longer answers:/);
    assert.notEqual(second.exited, null);

    await started(agents, 'acl');
  } finally {
    await agents.close();
  }
});
