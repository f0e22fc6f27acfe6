// DNS on a server: it answers by itself as long as it is as fresh as its settings want, else the leader does.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import { FreshResponder } from '../../../src/workers/state/dns/fresh-responder.js';
import { RemoteResponder } from '../../../src/workers/state/dns/remote-responder.js';
import { Responder } from '../../../src/workers/state/dns/responder.js';
import { defaultDns } from '../../integration/dns/catalog.js';
import { CatalogServer, clientOf } from '../calls/catalog-server.js';
import { questionPacket } from './message.js';

test('who answers, and whether it counts as stale', async () => {
  const own = new CatalogServer();
  const leader = new CatalogServer();
  own.catalog.register({ Node: 'n', Address: '10.0.0.1' });
  leader.catalog.register({ Node: 'n', Address: '10.0.0.2' });
  const settings = { config: defaultDns, datacenter: 'dc1', random: () => 0, nowMs: () => 0 };
  const state = { isReady: true, leads: false, lastContactMs: 0 };
  let stale = 0;
  const staleQuery = (): void => {
    stale += 1;
  };
  const responder = new FreshResponder({
    config: defaultDns,
    local: state,
    near: new Responder({ ...settings, local: own.catalog.local }),
    far: new RemoteResponder({ ...settings, calls: clientOf(leader), kept: null, staleQuery }),
    staleQuery,
  });
  const ask = async (): Promise<string> => {
    const reply = await responder.respond(questionPacket({ name: 'n.node.consul', type: 'A' }), 'udp');
    const [answer] = packet.decode(reply?.bytes ?? Buffer.alloc(0)).answers ?? [];
    return answer?.type === 'A' ? answer.data : '';
  };
  const cases = [
    { allowStale: true, maxStaleMs: 60_000, leads: false, lastContactMs: 100, from: '10.0.0.1', counted: 0 },
    { allowStale: true, maxStaleMs: 60_000, leads: false, lastContactMs: 6_000, from: '10.0.0.1', counted: 1 },
    { allowStale: true, maxStaleMs: 1_000, leads: false, lastContactMs: 6_000, from: '10.0.0.2', counted: 0 },
    { allowStale: true, maxStaleMs: 0, leads: true, lastContactMs: 0, from: '10.0.0.1', counted: 0 },
    { allowStale: false, maxStaleMs: 60_000, leads: false, lastContactMs: 100, from: '10.0.0.2', counted: 0 },
    { allowStale: false, maxStaleMs: 60_000, leads: true, lastContactMs: 0, from: '10.0.0.1', counted: 0 },
  ];
  for (const { allowStale, maxStaleMs, leads, lastContactMs, from, counted } of cases) {
    responder.reload({ ...defaultDns, allowStale, maxStaleMs });
    Object.assign(state, { leads, lastContactMs });
    stale = 0;
    assert.deepEqual([await ask(), stale], [from, counted], JSON.stringify({ allowStale, maxStaleMs, lastContactMs }));
  }
});

test('names of another datacenter are asked of it, each time anew', async () => {
  const own = new CatalogServer();
  const other = new CatalogServer();
  own.catalog.register({ Node: 'n', Address: '10.0.0.1' });
  other.catalog.register({ Node: 'n', Address: '10.0.0.2' });
  const settings = { config: defaultDns, datacenter: 'dc1', random: () => 0, nowMs: () => 0 };
  let stale = 0;
  const staleQuery = (): void => {
    stale += 1;
  };
  const responder = new FreshResponder({
    config: defaultDns,
    local: { isReady: true, leads: true, lastContactMs: 0 },
    near: new Responder({ ...settings, local: own.catalog.local }),
    far: new RemoteResponder({ ...settings, calls: clientOf(other), kept: null, staleQuery }),
    staleQuery,
  });
  const ask = async (name: string): Promise<string> => {
    const reply = await responder.respond(questionPacket({ name, type: 'A' }), 'udp');
    const [answer] = packet.decode(reply?.bytes ?? Buffer.alloc(0)).answers ?? [];
    return answer?.type === 'A' ? answer.data : '';
  };
  for (const name of ['n.node.dc2.consul', 'N.Node.DC2.dc.Consul']) assert.equal(await ask(name), '10.0.0.2', name);
  other.catalog.register({ Node: 'n', Address: '10.0.0.3' });
  assert.equal(await ask('n.node.dc2.consul'), '10.0.0.3');
  for (const name of ['n.node.consul', 'n.node.dc1.consul']) assert.equal(await ask(name), '10.0.0.1', name);
  assert.equal(await ask('m.node.dc2.consul'), '');
  assert.equal(other.asked.length, 4);
  other.lastContactMs = 6000;
  await ask('n.node.dc2.consul');
  assert.equal(stale, 1);
});
