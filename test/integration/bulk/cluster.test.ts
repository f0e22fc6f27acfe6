// Twenty thousand services in one stream through a client agent to three servers: when the answer ends, all are in the catalog, and
// after a stream of removals none is.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type AgentProcess, waitFor } from '../../agent-process.js';
import { ThreeServers } from '../cluster/three-servers.js';
import { putStream, resultsOf, services } from './bulk-client.js';

const COUNT = 20_000;

interface NodeServices {
  readonly Node: { readonly Node: string };
  readonly Services: readonly { readonly ID: string }[];
}

describe('a stream through a client agent to three servers', { concurrency: false }, () => {
  const cluster = new ThreeServers();
  const healthOfClient = async (): Promise<readonly object[]> =>
    (await (cluster.servers[1] as AgentProcess).json('/v1/health/node/client')) as readonly object[];
  const inCatalog = async (): Promise<number> => {
    const answer = await cluster.servers[0]?.json('/v1/catalog/node-services/client');
    return (answer as NodeServices | null)?.Services?.length ?? 0;
  };

  before(() => cluster.start());
  after(() => cluster.stop());

  it('brings all of them to the catalog', async () => {
    const { status, text } = await putStream({
      port: cluster.client.ports.http,
      target: '/v1/agent/services/register',
      body: services(COUNT),
    });
    assert.equal(status, 200);
    const results = resultsOf(text);
    assert.equal(results.length, COUNT);
    assert.ok(
      results.every(({ ID, OK }, at) => OK && ID === `bulk-${at}`),
      'each in its place',
    );
    assert.equal(await inCatalog(), COUNT);
    assert.equal((await healthOfClient()).length, COUNT + 1);
  });

  it('takes all of them away again', async () => {
    const ids = Array.from({ length: COUNT }, (_, at) => ({ ID: `bulk-${at}` }));
    const { text } = await putStream({
      port: cluster.client.ports.http,
      target: '/v1/agent/services/deregister',
      body: [JSON.stringify(ids)],
    });
    assert.ok((JSON.parse(text) as readonly { OK: boolean }[]).every(({ OK }) => OK));
    assert.equal(await inCatalog(), 0);
    await waitFor(async () => (await healthOfClient()).length === 1, 'the checks to be gone');
  });
});
