import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ipText } from '../../../../../src/gotext/ip.js';
import { AnswerCache } from '../../../../../src/workers/state/dns/answer-cache.js';
import { metaTexts } from '../../../../../src/workers/state/dns/lookup/node-meta.js';
import { ServiceTtl } from '../../../../../src/workers/state/dns/lookup/service-ttl.js';
import { readZoneName } from '../../../../../src/workers/state/dns/lookup/zone-name.js';
import {
  addressLabel,
  addressOfLabel,
  addressOfReverse,
  parseAddress,
} from '../../../../../src/workers/state/dns/message/address.js';
import { nameFromText } from '../../../../../src/workers/state/dns/message/name.js';
import { Type } from '../../../../../src/workers/state/dns/message/protocol.js';

function read(name: string, type: number = Type.A) {
  return readZoneName(name.split('.'), type);
}

test('the first kind from the right parts subject and place', () => {
  const own = { datacenter: null };
  assert.deepEqual(read('foo.node'), { kind: 'node', node: 'foo', ...own });
  assert.deepEqual(read('foo.bar.node.dc1'), { kind: 'node', node: 'foo.bar', datacenter: 'dc1' });
  assert.deepEqual(read('foo.node.dc1.dc'), { kind: 'node', node: 'foo', datacenter: 'dc1' });
  assert.deepEqual(read('v1.2.web.service'), { kind: 'service', service: 'web', by: 'service', tag: 'v1.2', ...own });
  assert.deepEqual(read('node.service'), { kind: 'service', service: 'node', by: 'service', tag: '', ...own });
  assert.deepEqual(read('service.node'), { kind: 'node', node: 'service', ...own });
  assert.deepEqual(read('0a000001.addr.x.y.z'), { kind: 'address', label: '0a000001' });
  for (const name of [
    'foo',
    'node',
    'service.dc1',
    'foo.node.dc1.extra',
    'foo.node.a.b.c',
    'web.virtual.a.b',
    'query.dc1',
  ]) {
    assert.deepEqual(read(name), { kind: 'nothing' }, name);
  }
  assert.deepEqual(readZoneName([], Type.A), { kind: 'nothing' });
});

test('names of the mesh: what stands before the service means nothing, and a virtual address may be a peer’s', () => {
  const web = { kind: 'service', service: 'web', tag: '', datacenter: null };
  assert.deepEqual(read('web.connect'), { ...web, by: 'connect' });
  assert.deepEqual(read('x.y.web.connect.dc2'), { ...web, by: 'connect', datacenter: 'dc2' });
  assert.deepEqual(read('web.ingress'), { ...web, by: 'ingress' });
  assert.deepEqual(read('http.web.virtual'), { kind: 'virtual', service: 'web', peer: '' });
  assert.deepEqual(read('web.virtual.east'), { kind: 'virtual', service: 'web', peer: 'east' });
  assert.deepEqual(read('web.virtual.east.peer'), { kind: 'virtual', service: 'web', peer: 'east' });
});

test('names of RFC 2782 need no kind when SRV is asked for', () => {
  const web = { kind: 'service', service: 'web', by: 'service', datacenter: null };
  assert.deepEqual(read('_web._tcp.service'), { ...web, tag: '' });
  assert.deepEqual(read('_web._udp.service'), { ...web, tag: 'udp' });
  assert.deepEqual(read('_web._tcp', Type.SRV), { ...web, tag: '' });
  assert.deepEqual(read('_web._v1.dc2', Type.SRV), { ...web, tag: 'v1', datacenter: 'dc2' });
  assert.deepEqual(read('_web._tcp', Type.A), { kind: 'nothing' });
  assert.deepEqual(read('_a._b._c.service'), { ...web, service: '_c', tag: '_a._b' });
});

test('a prepared query has any number of labels, or is named as a service of RFC 2782 is', () => {
  for (const type of [Type.A, Type.SRV]) {
    const own = { kind: 'query', datacenter: null };
    assert.deepEqual(read('find-db.query', type), { ...own, query: 'find-db' });
    assert.deepEqual(read('dotted.name.query', type), { ...own, query: 'dotted.name' });
    assert.deepEqual(read('node.query.dc2', type), { ...own, query: 'node', datacenter: 'dc2' });
    assert.deepEqual(read('_find-db._tcp.query', type), { ...own, query: 'find-db' });
    assert.deepEqual(read('_find-db._udp.query', type), { ...own, query: '_find-db._udp' });
  }
});

test('addresses become bytes and back', () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ['10.0.0.1', '0a000001'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::abcd', '20010db800000000000000000000abcd'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['::ffff:1.2.3.4', '01020304'],
    ['fe80::1%eth0', null],
    ['db.example.net', null],
    ['', null],
    ['1.2.3', null],
  ];
  for (const [text, hex] of cases) {
    const bytes = parseAddress(text);
    assert.equal(bytes === null ? null : addressLabel(bytes), hex, text);
  }
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
      const bytes = parseAddress(text);
      assert.ok(bytes !== null);
      assert.deepEqual(addressOfLabel(addressLabel(bytes)), bytes);
      assert.deepEqual(parseAddress(ipText(bytes)), bytes);
    }),
  );
  for (const label of ['0a0000', 'zz000001', '0a00000', '']) assert.equal(addressOfLabel(label), null);
});

test('reverse names stand for one address', () => {
  const of = (name: string) => {
    const bytes = addressOfReverse(name.split('.'));
    return bytes === null ? null : ipText(bytes);
  };
  assert.equal(of('1.0.50.10.in-addr.arpa'), '10.50.0.1');
  assert.equal(of(`1${'.0'.repeat(23)}.8.b.d.0.1.0.0.2.ip6.arpa`), '2001:db8::1');
  for (const name of ['50.10.in-addr.arpa', '256.0.0.1.in-addr.arpa', 'x.0.0.1.in-addr.arpa', '1.ip6.arpa', 'arpa']) {
    assert.equal(of(name), null, name);
  }
});

test('metadata is quoted as RFC 1464 says', () => {
  const texts = metaTexts({ key: 'value', 'a=b`': 'c`d=e', ' lead ': '', 'RFC1035-x': 'raw=`', empty: '' });
  assert.deepEqual(texts, ['` lead` =', 'raw=`', 'a`=b``=c``d=e', 'empty=', 'key=value']);
  assert.deepEqual(metaTexts(null), []);
});

test('the exact name decides about the time to live, then the longest pattern', () => {
  const ttl = new ServiceTtl({ '*': 5000, web: 30_000, 'db*': 10_000, 'db-m*': 4000, 'db-master': 3500 });
  const asked = ['web', 'webx', 'db', 'dbx', 'db-mx', 'db-master'].map((name) => ttl.of(name));
  assert.deepEqual(asked, [30, 5, 10, 10, 4, 3]);
  assert.equal(new ServiceTtl({}).of('web'), 0);
});

test('names that the wire can not carry are refused', () => {
  assert.equal(nameFromText(`${'a'.repeat(64)}.consul`), null);
  assert.equal(nameFromText('a..b'), null);
  assert.equal(nameFromText(Array(64).fill('abc').join('.')), null);
  assert.equal(nameFromText('web.Consul.')?.suffixes[1], '\u0006Consul\u0000');
});

test('a flood of names leaves what is asked for again', () => {
  const cache = new AnswerCache<{ weight: number }>();
  const busy = { weight: 1 };
  cache.set('busy', busy);
  for (let index = 0; index < 50_000; index++) {
    cache.set(`flood${index}`, { weight: 1 });
    if (index % 1000 === 0) assert.equal(cache.get('busy'), busy);
    assert.ok(cache.size <= 8193);
  }
  assert.equal(cache.get('flood0'), undefined);
});

test('what is kept is bounded in bytes, also what grows while it is kept', () => {
  const cache = new AnswerCache<{ weight: number }>({ questions: 1000, bytes: 1000 });
  for (let index = 0; index < 100; index++) {
    cache.set(`large${index}`, { weight: 300 });
    assert.ok(cache.bytes <= 1000 && cache.size <= 6);
  }
  const growing = { weight: 1 };
  cache.set('growing', growing);
  const young = cache.bytes;
  cache.grow(growing, 2000);
  assert.ok(young > 0 && cache.bytes === 0, 'the generation that became too heavy is the old one');
  assert.equal(cache.get('growing'), growing);
  for (let index = 0; index < 10; index++) cache.set(`more${index}`, { weight: 300 });
  assert.equal(cache.get('growing'), undefined);
});
