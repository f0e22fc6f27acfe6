// Three servers that are started at the same moment and told to join each other: whoever is up first finds nobody. They are one
// cluster long before the retry interval is over, which is so long here that nobody sees its end.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from './three-servers.js';

const RETRY_INTERVAL = '1h';
/** Raft's configuration as a server itself has it. */
const CONFIGURATION = '/v1/operator/raft/configuration?stale';

interface RaftServer {
  readonly ID: string;
  readonly Voter: boolean;
}

async function votersOf(server: AgentProcess): Promise<readonly string[]> {
  const { Servers: servers } = (await server.json(CONFIGURATION)) as { readonly Servers: readonly RaftServer[] };
  return servers
    .filter(({ Voter: votes }) => votes)
    .map(({ ID: id }) => id)
    .sort();
}

describe('three servers that are started together', { concurrency: false }, () => {
  const together = new ThreeServers([`-retry-interval=${RETRY_INTERVAL}`]);
  after(() => together.stop());

  it('elect a leader before the retry interval is over', async () => {
    await together.startServers();
    await together.leader();
  });

  it('are one cluster: the same three voters everywhere, and a write through each', async () => {
    await together.settled();
    const [one] = together.servers;
    const voters = await votersOf(one as AgentProcess);
    assert.equal(voters.length, 3);
    for (const [at, server] of together.servers.entries()) {
      await waitFor(async () => (await votersOf(server)).join() === voters.join(), 'the same voters everywhere');
      assert.equal((await server.request('PUT', `/v1/kv/through-${at}`, 'x')).text, 'true');
    }
    assert.deepEqual(await one?.json('/v1/kv/?keys'), ['through-0', 'through-1', 'through-2']);
  });
});
