// `NAME.query`: what a kept answer follows, in which order addresses come, and for whom an answer holds.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import packet from 'dns-packet';
import { CommandType } from '../../../../../src/wire/commands.js';
import type { DnsConfig } from '../../../../../src/wire/config.js';
import { ORIGIN } from '../../../../../src/wire/coordinate.js';
import type { LookupContext } from '../../../../../src/workers/state/dns/lookup/lookup-context.js';
import { queryAnswer } from '../../../../../src/workers/state/dns/lookup/lookup-query.js';
import type { AskedZone } from '../../../../../src/workers/state/dns/lookup/zone.js';
import { Type } from '../../../../../src/workers/state/dns/message/protocol.js';
import type { Query } from '../../../../../src/workers/state/dns/message/query.js';
import { Responder } from '../../../../../src/workers/state/dns/responder.js';
import { Catalog, defaultDns } from '../../../../integration/dns/catalog.js';
import { Random, runSeed } from '../../../../random.js';
import { node as aNode, query, queryId, service, setQuery, template } from '../replica/store/commands.js';
import { type Asked, questionPacket } from './message.js';

const random = new Random(runSeed);

function zoneOf(config: Partial<DnsConfig> = {}) {
  const catalog = new Catalog();
  const responder = new Responder({
    config: { ...defaultDns, ...config },
    local: catalog.local,
    datacenter: 'dc1',
    nodeName: 'n1',
    random: () => random.next(),
    nowMs: () => 0,
  });
  const respond = (asked: Asked, asker = '') => {
    const response = responder.respond(questionPacket({ edns: 4096, ...asked }), 'udp', asker);
    assert.ok(response !== null);
    return { response, message: packet.decode(response.bytes) };
  };
  const addresses = (name: string, asker?: string, more: Partial<Asked> = {}): string[] =>
    (respond({ name, type: 'A', ...more }, asker).message.answers ?? []).map((got) =>
      got.type === 'A' ? got.data : '',
    );
  const registerWeb = (number: number, status = 'passing', name = 'web'): void =>
    catalog.register({
      Node: `n${number}`,
      Address: `10.0.0.${number}`,
      Service: { ID: name, Service: name, Port: 80 },
      Checks: [{ CheckID: name, ServiceID: name, Status: status }],
    });
  return { catalog, responder, respond, addresses, registerWeb };
}

test('a kept answer follows the instances, their health and the query itself', () => {
  const { catalog, addresses, registerWeb, responder } = zoneOf();
  assert.deepEqual(addresses('find.query.consul'), []);
  catalog.setQuery(query({ Name: 'find' }));
  assert.deepEqual(addresses('find.query.consul'), [], 'there is no instance yet');
  registerWeb(1);
  registerWeb(2);
  assert.deepEqual(addresses('find.query.consul').sort(), ['10.0.0.1', '10.0.0.2']);
  registerWeb(2, 'critical');
  assert.deepEqual(addresses('find.query.consul'), ['10.0.0.1']);
  catalog.setQuery(query({ Name: 'find' }, { OnlyPassing: true, IgnoreCheckIDs: ['web'] }));
  assert.deepEqual(addresses('FIND.query.consul').sort(), ['10.0.0.1', '10.0.0.2']);
  catalog.setQuery(query({ Name: 'find' }, { Service: 'other' }));
  assert.deepEqual(addresses('find.query.consul'), []);
  assert.equal(responder.kept.questions, 1);
  catalog.store.apply(1000, setQuery(query({ Name: 'find' }), 'delete'));
  assert.deepEqual(addresses('find.query.consul'), []);
});

test('a kept answer of a template is that of its name', () => {
  const { catalog, addresses, registerWeb } = zoneOf();
  registerWeb(1, 'passing', 'blue');
  registerWeb(2, 'passing', 'green');
  catalog.setQuery(template({ Name: 'to-' }, { Service: `\${name.suffix}` }));
  for (let times = 0; times < 3; times += 1) {
    assert.deepEqual(addresses('to-blue.query.consul'), ['10.0.0.1']);
    assert.deepEqual(addresses('to-green.query.consul'), ['10.0.0.2']);
    registerWeb(3, 'passing', 'red');
  }
});

test('what is kept of a template weighs what was made for the name', () => {
  const { catalog, addresses, responder } = zoneOf();
  catalog.setQuery(template({ Name: 'long-' }, { Service: 'a', ServiceMeta: { a: `\${name.full}`.repeat(1000) } }));
  addresses('plain.query.consul');
  const before = responder.kept.bytes;
  addresses(`long-${'a'.repeat(50)}.query.consul`);
  assert.ok(responder.kept.bytes - before > 50_000, String(responder.kept.bytes - before));
});

test('an own time to live goes before that of the service, what is none counts as not there', () => {
  const { catalog, respond, registerWeb } = zoneOf({ serviceTtlMs: { web: 7000 } });
  registerWeb(1);
  const ttls = ['2s', '', '0s', '1500ms'].map((TTL, at) => {
    catalog.setQuery(query({ ID: queryId(at + 1), Name: `q${at}`, DNS: { TTL } }));
    const [answer] = respond({ name: `q${at}.query.consul`, type: 'SRV' }).message.answers ?? [];
    return answer !== undefined && 'ttl' in answer ? answer.ttl : -1;
  });
  assert.deepEqual(ttls, [2, 7, 0, 1]);
});

const at = (ms: number) => ({ ...ORIGIN, Vec: [ms / 1000, 0, 0, 0, 0, 0, 0, 0] });

function locate(catalog: Catalog, index: number, places: { readonly [node: string]: number }): void {
  const body = Object.entries(places).map(([Node, ms]) => ({ Node, Segment: '', Partition: '', Coord: at(ms) }));
  catalog.store.apply(index, { type: CommandType.coordinates, body });
}

test('by distance the order stays, and changes with the places', () => {
  const { catalog, addresses, registerWeb } = zoneOf();
  for (let number = 1; number <= 4; number += 1) registerWeb(number);
  catalog.setQuery(query({ Name: 'near' }, { Near: '_agent' }));
  locate(catalog, 1000, { n1: 1, n2: 40, n3: 20, n4: 30 });
  const ordered = ['10.0.0.1', '10.0.0.3', '10.0.0.4', '10.0.0.2'];
  for (let times = 0; times < 20; times += 1) assert.deepEqual(addresses('near.query.consul'), ordered);
  locate(catalog, 1001, { n2: 2 });
  assert.deepEqual(addresses('near.query.consul'), ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']);
  catalog.setQuery(query({ ID: queryId(2), Name: 'any' }));
  const firsts = new Set(Array.from({ length: 200 }, () => addresses('any.query.consul')[0]));
  assert.equal(firsts.size, 4);
});

test('near who asks each gets an order of his own, by the network he asks for before the address he asks from', () => {
  const { catalog, addresses, registerWeb, respond, responder } = zoneOf();
  for (let number = 1; number <= 3; number += 1) registerWeb(number);
  locate(catalog, 1000, { n1: 1, n2: 40, n3: 20 });
  catalog.setQuery(query({ Name: 'ip' }, { Near: '_ip' }));
  const name = 'ip.query.consul';
  assert.deepEqual(addresses(name, '10.0.0.2'), ['10.0.0.2', '10.0.0.3', '10.0.0.1']);
  assert.deepEqual(addresses(name, '::ffff:10.0.0.1'), ['10.0.0.1', '10.0.0.3', '10.0.0.2']);
  const subnet = { ip: '10.0.0.3', length: 32 };
  assert.deepEqual(addresses(name, '10.0.0.2', { subnet })[0], '10.0.0.3');
  assert.equal(responder.kept.questions, 0);
  const scopeOf = (of: string): number | undefined => {
    const [option] = respond({ name: of, type: 'A', subnet: { ip: '10.0.0.0', length: 24 } }).message.additionals ?? [];
    assert.ok(option?.type === 'OPT');
    const [got] = option.options as unknown as { readonly scopePrefixLength: number }[];
    return got?.scopePrefixLength;
  };
  assert.equal(scopeOf(name), 24);
  assert.equal(scopeOf('web.service.consul'), 0);
  assert.equal(scopeOf('none.query.consul'), 0, 'an error holds for everybody');
});

test('what others may have where there is nothing here is theirs to answer', () => {
  const { catalog, addresses, respond, registerWeb } = zoneOf();
  catalog.setQuery(query({ Name: 'away' }, { Failover: { NearestN: 1, Datacenters: null, Targets: null } }));
  const asked: Asked = { name: 'away.query.consul', type: 'A' };
  assert.equal(respond(asked).response.isBeyond, true);
  assert.equal(respond({ name: 'away.query.dc2.consul', type: 'A' }).response.isBeyond, true);
  registerWeb(1);
  assert.equal(respond(asked).response.isBeyond, undefined);
  assert.deepEqual(addresses('away.query.consul'), ['10.0.0.1']);
  registerWeb(1, 'critical');
  assert.equal(respond(asked).response.isBeyond, true);
});

test('a template that cannot be rendered is a failure of the server, not a name that there is not', () => {
  const { catalog, respond } = zoneOf();
  catalog.setQuery(template({ Name: 'large' }, {}, { Regexp: '(a{1000}){1000}' }));
  assert.equal((respond({ name: 'large-x.query.consul', type: 'A' }).message as { rcode?: string }).rcode, 'SERVFAIL');
  assert.equal((respond({ name: 'small.query.consul', type: 'A' }).message as { rcode?: string }).rcode, 'NXDOMAIN');
});

test('what was found in another datacenter has the addresses of the WAN there', () => {
  const shown = (found: string, config: Partial<DnsConfig>): string[] => {
    const instance = service({ Address: '' });
    const node = aNode({ Address: '10.0.0.1', TaggedAddresses: { wan: '198.18.0.1' } });
    const value = { nodes: [{ node, service: instance, checks: [] }], datacenter: found, ttl: '', service: 'web' };
    const context = {
      config: { ...defaultDns, ...config },
      reads: { execute: () => ({ value, isCurrent: () => true }), reachesBeyond: true },
      ...{ datacenter: 'dc1', isBeyond: false, serviceTtl: { of: () => 0 }, asker: '' },
    } as unknown as LookupContext;
    const asked = { type: Type.A, edns: null } as unknown as Query;
    const { answer } = queryAnswer(context, {} as AskedZone, 'web', asked);
    return answer.items.map(({ record }) => [...record.bytes.subarray(-4)].join('.'));
  };
  assert.deepEqual(shown('dc1', {}), ['10.0.0.1']);
  assert.deepEqual(shown('dc2', {}), ['10.0.0.1']);
  assert.deepEqual(shown('dc1', { translateWan: true }), ['10.0.0.1']);
  assert.deepEqual(shown('dc2', { translateWan: true }), ['198.18.0.1']);
});
