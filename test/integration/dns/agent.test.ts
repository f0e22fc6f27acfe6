// DNS of a whole agent: it answers once there was a leader, and fails before. What it answers is held by the recorded
// scenarios (test/conformance).

import assert from 'node:assert/strict';
import { Resolver } from 'node:dns/promises';
import { test } from 'node:test';
import { type AgentProcess, startAgent, waitFor } from '../../agent-process.js';
import { temporaryDirectory } from '../../temporary.js';

function resolver({ ports }: AgentProcess): Resolver {
  const client = new Resolver({ timeout: 5000, tries: 4 });
  client.setServers([`127.0.0.1:${ports.dns}`]);
  return client;
}

test('an agent with a leader answers with what is in its catalog', async () => {
  const agent = await startAgent({ args: ['-dev', '-log-level=warn'] });
  try {
    const client = resolver(agent);
    assert.deepEqual(await client.resolve4('golden.node.consul'), ['127.0.0.1']);
    const [server] = await client.resolveSrv('consul.service.consul');
    assert.equal(server?.port, agent.ports.server);
    await assert.rejects(client.resolve4('none.node.consul'), { code: 'ENOTFOUND' });
  } finally {
    await agent.stop();
  }
});

test('an agent that never heard of a leader fails every lookup', async (t) => {
  const agent = await startAgent({
    args: ['-server', '-bootstrap-expect=3', `-data-dir=${temporaryDirectory(t)}`],
    waitForLeader: false,
  });
  try {
    await waitFor(() => agent.output.includes('Started DNS server'), 'the DNS server to start');
    await assert.rejects(resolver(agent).resolve4('golden.node.consul'), { code: 'ESERVFAIL' });
  } finally {
    await agent.stop();
  }
});
