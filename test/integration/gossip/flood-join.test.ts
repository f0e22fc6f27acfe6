// Every server of a datacenter gets into the WAN pool, though nobody has told any but one of them where it is.

import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';
import { TwoDatacenters } from '../cluster/two-datacenters.js';

describe('servers of two datacenters', { concurrency: false }, () => {
  const both = new TwoDatacenters();
  after(() => both.stop());

  it('are in one WAN pool with the servers of their own datacenter as soon as they are in its LAN pool', async () => {
    await both.start();
    for (const datacenter of ['dc1', 'dc2']) {
      const names = [`${datacenter}-a`, `${datacenter}-b`];
      await both.untilAlive(
        names,
        names.map((name) => `${name}.${datacenter}`),
      );
    }
  });

  it('know all servers of both when one of them has joined one of the other', async () => {
    const { ports } = both.server('dc2-a');
    const joined = await both.server('dc1-a').request('PUT', `/v1/agent/join/127.0.0.1:${ports.serfWan}?wan=1`);
    assert.equal(joined.status, 200, joined.text);
    const all = ['dc1-a.dc1', 'dc1-b.dc1', 'dc2-a.dc2', 'dc2-b.dc2'];
    await both.untilAlive([...both.servers.keys()], all);
  });
});
