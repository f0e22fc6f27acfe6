// dns_config.allow_stale and max_stale: which answers a server may give from what it has itself, and how it asks otherwise.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import type { DnsConfig } from '../../../src/wire/config.js';
import type { Calls } from '../../../src/workers/state/calls/calls.js';
import type { ReadSettings } from '../../../src/workers/state/calls/read-settings.js';
import { RemoteResponder } from '../../../src/workers/state/dns/remote-responder.js';
import { Responder } from '../../../src/workers/state/dns/responder.js';
import { ServerResponder } from '../../../src/workers/state/dns/server-responder.js';
import { refusal } from '../../../src/workers/state/methods/refusal.js';
import { Catalog, defaultDns } from '../../integration/dns/catalog.js';
import { noServers } from '../calls/no-servers.js';
import { questionPacket } from './message.js';

const DAY_MS = 24 * 3_600_000;
const OF_ANY_AGE = 87_600 * 3_600_000;

/** A server that has `n1`, and a leader that is never there. */
function server(config: Partial<DnsConfig>, leadership: { readonly mayServe: boolean; lastContactMs: number }) {
  const asked: ReadSettings[] = [];
  const calls: Calls = Object.assign(Object.create(noServers) as Calls, {
    read(run: Parameters<Calls['read']>[0], { settings }: Parameters<Calls['read']>[1]) {
      asked.push(settings);
      run.refused(refusal('no-leader'));
    },
  });
  const catalog = new Catalog();
  catalog.register({ Node: 'n1', Address: '10.0.0.1' });
  const given = { config: { ...defaultDns, ...config }, datacenter: 'dc1', random: () => 0.5, nowMs: () => 0 };
  const responder = new ServerResponder({
    config: given.config,
    leadership,
    own: new Responder({ ...given, local: catalog.local }),
    asking: new RemoteResponder({ ...given, calls }),
  });
  const rcode = async (): Promise<string> => {
    const response = await responder.respond(questionPacket({ name: 'n1.node.consul', type: 'A' }), 'udp');
    assert.ok(response !== null);
    return (packet.decode(response.bytes) as packet.DecodedPacket & { rcode: string }).rcode;
  };
  return { asked, rcode, responder, config: given.config };
}

const FOLLOWS = { mayServe: false, lastContactMs: 10 };

test('by default any age will do, also long after the last word of a leader', async () => {
  const { asked, rcode } = server({ allowStale: true, maxStaleMs: OF_ANY_AGE }, { ...FOLLOWS, lastContactMs: DAY_MS });
  assert.deepEqual([await rcode(), asked.length], ['NOERROR', 0]);
});

test('allow_stale off: only the leader answers by itself, others ask it', async () => {
  const leader = server({ allowStale: false }, { mayServe: true, lastContactMs: 0 });
  assert.deepEqual([await leader.rcode(), leader.asked.length], ['NOERROR', 0]);
  const follower = server({ allowStale: false }, FOLLOWS);
  assert.equal(await follower.rcode(), 'SERVFAIL');
  assert.deepEqual(follower.asked, [{ consistency: 'default', minIndex: 0, waitMs: 0, maxStaleMs: 0 }]);
});

test('max_stale: what is older is asked of the leader', async () => {
  const leadership = { ...FOLLOWS };
  const { asked, rcode } = server({ allowStale: true, maxStaleMs: 5_000 }, leadership);
  leadership.lastContactMs = 5_000;
  assert.deepEqual([await rcode(), asked.length], ['NOERROR', 0]);
  leadership.lastContactMs = 5_001;
  assert.equal(await rcode(), 'SERVFAIL');
  assert.deepEqual(asked, [{ consistency: 'stale', minIndex: 0, waitMs: 0, maxStaleMs: 5_000 }]);
});

test('a reload changes it', async () => {
  const { rcode, responder, config } = server({ allowStale: true, maxStaleMs: OF_ANY_AGE }, FOLLOWS);
  responder.reload({ ...config, allowStale: false });
  assert.equal(await rcode(), 'SERVFAIL');
  responder.reload(config);
  assert.equal(await rcode(), 'NOERROR');
});
