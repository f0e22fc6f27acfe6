import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isServer, memberTags } from '../../../../../src/wire/gossip/member-tags.js';
import type { Member } from '../../../../../src/wire/gossip-pools.js';
import { memberJson } from '../../../../../src/workers/state/endpoints/agent/members.js';
import { PoolMembers } from '../../../../../src/workers/state/gossip/members/pool-members.js';
import {
  datacenterCoordinates,
  serversByDatacenter,
} from '../../../../../src/workers/state/gossip/members/wan-datacenters.js';
import { member } from '../endpoints/agent/fake-request.js';
import { coordinate } from './coordinate-fixture.js';

const names = (members: readonly Member[]): string[] => members.map(({ name }) => name);
const server = (name: string, dc: string, status = 1): Member => ({ ...member(name, { dc, role: 'consul' }), status });

test('members are kept by name and shown in order', () => {
  const pool = new PoolMembers();
  assert.deepEqual([pool.size, pool.list], [0, []]);
  pool.apply({ changed: [member('n2'), member('\u{10000}'), member('n10'), member('\ufffd')], removed: [] });
  assert.deepEqual(names(pool.list), ['n10', 'n2', '\ufffd', '\u{10000}']);
  const before = pool.list;
  pool.apply({ changed: [{ ...member('n2'), status: 4 }, member('a')], removed: ['n10', 'unknown'] });
  assert.deepEqual(names(pool.list), ['a', 'n2', '\ufffd', '\u{10000}']);
  assert.equal(pool.find('n2')?.status, 4);
  assert.equal(pool.size, 4);
  assert.equal(before.length, 4, 'a list that was given out stays');
  assert.equal(before[1]?.status, 1);
});

test('a name that is removed and comes again in one message is there', () => {
  const pool = new PoolMembers();
  pool.apply({ changed: [member('n')], removed: [] });
  pool.apply({ changed: [], removed: ['n'] });
  assert.equal(pool.find('n'), undefined);
  pool.apply({ changed: [member('n')], removed: [] });
  assert.deepEqual(names(pool.list), ['n']);
});

test('tags are shown as they came', () => {
  const tags = '{"a":"\\u003c","role":"node"}';
  assert.match(memberJson({ ...member('n'), tags }), /"Tags":\{"a":"\\u003c","role":"node"\},"Status":1/);
});

test('tags that are no object of tags are none', () => {
  for (const tags of ['', 'null', '[]', '"x"', '{']) assert.deepEqual(memberTags({ tags }), new Map());
  assert.deepEqual(memberTags({ tags: '{"a":1,"b":null,"c":"d"}' }), new Map([['c', 'd']]));
  assert.equal(isServer(member('n', { x: '"role":"consul"' })), false);
  assert.equal(isServer(member('n', { role: 'consul' })), true);
});

test('datacenters are those of the servers that did not leave', () => {
  const wan = [server('b.two', 'two'), server('a.one', 'one'), server('c.one', 'one'), server('d.three', 'three', 3)];
  assert.deepEqual(
    [...serversByDatacenter([...wan, member('client', { dc: 'four' })])].map(([dc, servers]) => [dc, names(servers)]),
    [
      ['one', ['a.one', 'c.one']],
      ['two', ['b.two']],
    ],
  );
  const here = coordinate(1);
  const coordinates = new Map([
    ['c.one', here],
    ['d.three', here],
  ]);
  assert.deepEqual(datacenterCoordinates(wan, coordinates), [
    { datacenter: 'one', nodes: [{ node: 'c', coordinate: here }] },
  ]);
});
