// Packets in, replies out, over a real state store: what settings do to an answer, and how long a kept answer is used.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import type { DnsConfig } from '../../../../../src/wire/config.js';
import { Responder } from '../../../../../src/workers/state/dns/responder.js';
import { Catalog, defaultDns } from '../../../../integration/dns/catalog.js';
import { Random, runSeed } from '../../../../random.js';
import { readAll, writeAll } from '../replica/store/stream.js';
import { type Asked, questionPacket } from './message.js';

const random = new Random(runSeed);

interface Zone {
  readonly catalog: Catalog;
  readonly responder: Responder;
  ask(asked: Asked): packet.DecodedPacket;
  addresses(name: string): string[];
}

function zoneOf(config: Partial<DnsConfig> = {}): Zone {
  const catalog = new Catalog();
  const responder = new Responder({
    config: { ...defaultDns, ...config },
    local: catalog.local,
    datacenter: 'dc1',
    nodeName: 'n1',
    random: () => random.next(),
    nowMs: () => 0,
  });
  const ask = (asked: Asked): packet.DecodedPacket => {
    const response = responder.respond(questionPacket(asked), 'udp');
    assert.ok(response !== null);
    return packet.decode(response.bytes);
  };
  return {
    catalog,
    responder,
    ask,
    addresses: (name) =>
      (ask({ name, type: 'A', edns: 4096 }).answers ?? []).map((got) => (got.type === 'A' ? got.data : '')).sort(),
  };
}

/** One instance of `web` on each node, with the status of its check. */
function registerWeb(catalog: Catalog, node: number, status: string, name = 'web'): void {
  catalog.register({
    Node: `n${node}`,
    Address: `10.0.0.${node}`,
    Service: { ID: name, Service: name, Port: 80, Weights: { Passing: 10, Warning: 3 } },
    Checks: [{ CheckID: name, ServiceID: name, Status: status }],
  });
}

test('what is critical is never named; what warns is, unless only_passing is set', () => {
  for (const [onlyPassing, expected] of [
    [false, ['10.0.0.1', '10.0.0.2']],
    [true, ['10.0.0.1']],
  ] as const) {
    const { catalog, addresses, ask } = zoneOf({ onlyPassing });
    registerWeb(catalog, 1, 'passing');
    registerWeb(catalog, 2, 'warning');
    registerWeb(catalog, 3, 'critical');
    registerWeb(catalog, 4, 'warning', 'wary');
    assert.deepEqual(addresses('web.service.consul'), expected);
    assert.deepEqual(addresses('wary.service.consul'), onlyPassing ? [] : ['10.0.0.4']);
    const weights = (ask({ name: 'web.service.consul', type: 'SRV', edns: 4096 }).answers ?? []).map((got) =>
      got.type === 'SRV' ? got.data.weight : null,
    );
    assert.deepEqual(weights.sort(), onlyPassing ? [10] : [10, 3]);
  }
});

test('a_record_limit holds for addresses and not for SRV; 0 is none', () => {
  for (const aRecordLimit of [0, 1, 3]) {
    const { catalog, addresses, ask } = zoneOf({ aRecordLimit });
    for (let node = 1; node <= 6; node += 1) registerWeb(catalog, node, 'passing');
    assert.equal(addresses('web.service.consul').length, aRecordLimit === 0 ? 6 : aRecordLimit);
    const any = ask({ name: 'web.service.consul', type: 'ANY', edns: 4096 }).answers ?? [];
    assert.equal(any.length, aRecordLimit === 0 ? 6 : aRecordLimit);
    assert.equal(ask({ name: 'web.service.consul', type: 'SRV', edns: 4096 }).answers?.length, 6);
    // Chosen by chance, so that all are used.
    const seen = new Set(Array.from({ length: 200 }, () => addresses('web.service.consul')).flat());
    assert.equal(seen.size, 6);
  }
});

test('a restore drops what was kept, even where it left every index as it was', () => {
  const [{ catalog, addresses }, other] = [zoneOf(), zoneOf()];
  registerWeb(catalog, 1, 'passing');
  registerWeb(other.catalog, 2, 'passing');
  assert.deepEqual(addresses('web.service.consul'), ['10.0.0.1']);
  assert.deepEqual(addresses('n1.node.consul'), ['10.0.0.1']);
  assert.deepEqual(addresses('n2.node.consul'), []);
  assert.equal(catalog.store.appliedIndex, other.catalog.store.appliedIndex);
  readAll(catalog.store, writeAll(other.catalog.store));
  assert.deepEqual(addresses('web.service.consul'), ['10.0.0.2']);
  assert.deepEqual(addresses('n1.node.consul'), []);
  assert.deepEqual(addresses('n2.node.consul'), ['10.0.0.2']);
});

test('a reload drops what was kept under the old settings', () => {
  const { catalog, responder, ask } = zoneOf({ serviceTtlMs: { web: 5_000 } });
  registerWeb(catalog, 1, 'passing');
  const ttl = (type: string): number | undefined => {
    const [first] = ask({ name: 'web.service.consul', type }).answers ?? [];
    return first !== undefined && 'ttl' in first ? first.ttl : undefined;
  };
  assert.deepEqual([ttl('A'), ttl('SRV')], [5, 5]);
  responder.reload({ ...defaultDns, serviceTtlMs: { 'w*': 7_000, '*': 9_000 } });
  assert.deepEqual([ttl('A'), ttl('SRV')], [7, 7]);
});

test('an answer follows its instances, their checks and the node', () => {
  const { catalog, addresses } = zoneOf();
  registerWeb(catalog, 1, 'passing');
  const name = 'web.service.consul';
  assert.deepEqual(addresses(name), ['10.0.0.1']);
  registerWeb(catalog, 2, 'passing');
  assert.deepEqual(addresses(name), ['10.0.0.1', '10.0.0.2']);
  registerWeb(catalog, 1, 'critical');
  assert.deepEqual(addresses(name), ['10.0.0.2']);
  catalog.register({ Node: 'n2', Address: '10.0.0.22' });
  assert.deepEqual(addresses(name), ['10.0.0.22']);
  catalog.register({ Node: 'n2', Address: '10.0.0.22', Check: { CheckID: 'node', Status: 'critical' } });
  assert.deepEqual(addresses(name), []);
  catalog.deregister({ Node: 'n2', CheckID: 'node' });
  assert.deepEqual(addresses(name), ['10.0.0.22']);
  catalog.deregister({ Node: 'n2' });
  assert.deepEqual(addresses(name), []);
});
