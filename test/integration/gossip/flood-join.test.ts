// Every server of a datacenter gets into the WAN pool, though nobody has told any but one of them where it is.

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
    await both.joinWan();
  });
});
