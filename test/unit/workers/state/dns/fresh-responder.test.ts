// DNS on a server: each of its threads answers by itself as long as it is as fresh as its settings want, and as new as what any
// thread has shown; else the leader does, or a reader's primary.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import { AppliedProgress } from '../../../../../src/wire/raft/applied-progress.js';
import { FreshResponder } from '../../../../../src/workers/state/dns/fresh-responder.js';
import { RemoteResponder } from '../../../../../src/workers/state/dns/remote-responder.js';
import { Responder } from '../../../../../src/workers/state/dns/responder.js';
import type { Response } from '../../../../../src/workers/state/dns/response.js';
import { KeepingUp } from '../../../../../src/workers/state/replica/keeping-up.js';
import { defaultDns } from '../../../../integration/dns/catalog.js';
import { CatalogServer, clientOf } from '../calls/catalog-server.js';
import { questionPacket } from './message.js';

const NOT_BEHIND = { isBehind: false, catchUp: () => Promise.resolve() };
const PACKET = Buffer.from('question');
const answer = (text: string): Response => ({ bytes: Buffer.from(text), zone: 'domain', type: 1 });

test('who answers, and whether it counts as stale', async () => {
  const own = new CatalogServer();
  const leader = new CatalogServer();
  own.catalog.register({ Node: 'n', Address: '10.0.0.1' });
  leader.catalog.register({ Node: 'n', Address: '10.0.0.2' });
  const settings = { config: defaultDns, datacenter: 'dc1', nodeName: 'n1', random: () => 0, nowMs: () => 0 };
  const state = { isReady: true, leads: false, lastContactMs: 0, ...NOT_BEHIND };
  let stale = 0;
  const staleQuery = (): void => {
    stale += 1;
  };
  const responder = new FreshResponder({
    config: defaultDns,
    local: state,
    near: new Responder({ ...settings, local: own.catalog.local }),
    far: new RemoteResponder({ ...settings, calls: clientOf(leader), kept: null, tokens: { dns: '' }, staleQuery }),
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
  const settings = { config: defaultDns, datacenter: 'dc1', nodeName: 'n1', random: () => 0, nowMs: () => 0 };
  let stale = 0;
  const staleQuery = (): void => {
    stale += 1;
  };
  const responder = new FreshResponder({
    config: defaultDns,
    local: { isReady: true, leads: true, lastContactMs: 0, ...NOT_BEHIND },
    near: new Responder({ ...settings, local: own.catalog.local }),
    far: new RemoteResponder({ ...settings, calls: clientOf(other), kept: null, tokens: { dns: '' }, staleQuery }),
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

/** On a reader: what is far is the primary's. */
function reader(
  local: { isReady: boolean; leads: boolean; lastContactMs: number },
  config: object = {},
  near: Response = answer('near'),
) {
  const progress = new AppliedProgress();
  const keepingUp = new KeepingUp(progress);
  const seen = { stale: 0 };
  const responder = new FreshResponder({
    config: { ...defaultDns, ...config },
    local: {
      ...local,
      get isBehind() {
        return keepingUp.isBehind;
      },
      catchUp: () => keepingUp.wait(),
    },
    near: { respond: () => near, reload: () => {} } as unknown as Responder,
    far: { respond: () => Promise.resolve(answer('primary')), reload: () => {} },
    staleQuery: () => {
      seen.stale += 1;
    },
  });
  const ask = async (): Promise<string | undefined> => (await responder.respond(PACKET, 'udp'))?.bytes.toString();
  return { progress, keepingUp, seen, ask };
}

test('a server that heard of a leader answers from its readers', async () => {
  const leader = reader({ isReady: true, leads: true, lastContactMs: 0 });
  assert.equal(await leader.ask(), 'near');
  const follower = reader({ isReady: true, leads: false, lastContactMs: 6_000 });
  assert.equal(await follower.ask(), 'near');
  assert.equal(follower.seen.stale, 1);
});

test("where the leader is to be asked, a reader's primary answers", async () => {
  const follower = { isReady: true, leads: false, lastContactMs: 20 };
  assert.equal(await reader(follower, { allowStale: false }).ask(), 'primary');
  assert.equal(await reader(follower, { maxStaleMs: 10 }).ask(), 'primary');
  assert.equal(await reader({ ...follower, leads: true }, { allowStale: false }).ask(), 'near');
});

test("another datacenter's names are a reader's primary's to look up", async () => {
  const leader = { isReady: true, leads: true, lastContactMs: 0 };
  assert.equal(await reader(leader, {}, { ...answer('near'), isBeyond: true }).ask(), 'primary');
});

test('a thread that is behind answers when it has caught up, and not too many wait for that', async () => {
  const { progress, keepingUp, ask } = reader({ isReady: true, leads: true, lastContactMs: 0 });
  progress.raise(7);
  let answered = 0;
  const asked = Array.from({ length: 4096 }, () =>
    ask().then((text) => {
      answered += 1;
      return text;
    }),
  );
  assert.equal(await ask(), undefined);
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, 0);
  keepingUp.reached(7);
  assert.deepEqual([...new Set(await Promise.all(asked))], ['near']);
  progress.raise(8);
  const later = ask();
  keepingUp.reached(8);
  assert.equal(await later, 'near');
});
