// What the raft worker hears of the LAN pool.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_STATUS, type Member, type MemberChanges } from '../../../../../src/wire/gossip-pools.js';
import { PeerNews } from '../../../../../src/workers/state/cluster/peer-news.js';
import { CLIENT_TAGS, member, SERVER_TAGS } from '../leader/leader-fixture.js';

class Pool {
  readonly members = new Map<string, Member>();
  readonly addresses: { readonly [id: string]: string }[] = [];
  packed: readonly string[] = [];
  readonly suspected: string[] = [];
  readonly news = new PeerNews({
    datacenter: 'dc1',
    members: () => [...this.members.values()],
    member: (name) => this.members.get(name),
    tellPeers: (peers) => {
      this.addresses.push(Object.fromEntries([...peers].map(([id, { address }]) => [id, address])));
      this.packed = [...peers].flatMap(([id, { takesPacked }]) => (takesPacked ? [id] : []));
    },
    tellSuspected: (id) => this.suspected.push(id),
  });

  hears(changed: readonly Member[], removed: readonly string[] = []): void {
    for (const one of changed) this.members.set(one.name, one);
    for (const name of removed) this.members.delete(name);
    const changes: MemberChanges = { pool: 'lan', changed, removed };
    this.news.membersChanged(changes);
  }
}

function server(name: string, host: number, changes: Partial<Member> = {}, id = `id-${name}`): Member {
  return member(name, { ...SERVER_TAGS, id }, { address: `10.0.0.${host}`, ...changes });
}

test('where servers are is told when it changes, and only then', () => {
  const pool = new Pool();
  pool.hears([server('a', 1), member('c', CLIENT_TAGS)]);
  pool.hears([server('a', 1, { protocolMax: 4 })]);
  pool.hears([member('c', CLIENT_TAGS)], ['nobody']);
  assert.deepEqual(pool.addresses, [{ 'id-a': '10.0.0.1:8300' }]);
  pool.hears([server('b', 2)]);
  pool.hears([server('a', 3)]);
  pool.hears([], ['b']);
  assert.deepEqual(pool.addresses.slice(1), [
    { 'id-a': '10.0.0.1:8300', 'id-b': '10.0.0.2:8300' },
    { 'id-a': '10.0.0.3:8300', 'id-b': '10.0.0.2:8300' },
    { 'id-a': '10.0.0.3:8300' },
  ]);
});

test('of two members with one ID the one that is there counts; who left, or has no ID, is nowhere', () => {
  const pool = new Pool();
  pool.hears([server('now', 1, {}, 'same'), server('before', 2, { status: MEMBER_STATUS.failed }, 'same')]);
  pool.hears([server('gone', 3, { status: MEMBER_STATUS.left }), server('old', 4, {}, '')]);
  assert.deepEqual(pool.addresses, [{ same: '10.0.0.1:8300' }]);
});

test('which servers take packed requests is told, also when that is all that is new', () => {
  const pool = new Pool();
  pool.hears([server('a', 1), server('b', 2, { takesPackedLog: true })]);
  assert.deepEqual(pool.packed, ['id-b']);
  pool.hears([server('a', 1, { takesPackedLog: true })]);
  assert.deepEqual(pool.packed, ['id-a', 'id-b']);
  pool.hears([server('b', 2)]);
  assert.deepEqual([pool.packed, pool.addresses.length], [['id-a'], 3]);
});

test('a server that is suspected or has failed is told of by its ID; nobody else is', () => {
  const pool = new Pool();
  pool.hears([server('a', 1), member('c', CLIENT_TAGS), server('old', 4, {}, '')]);
  for (const name of ['a', 'c', 'old', 'nobody']) pool.news.suspected(name);
  assert.deepEqual(pool.suspected, ['id-a']);
  const failed = { status: MEMBER_STATUS.failed };
  pool.hears([server('b', 2, failed), server('a', 1), member('c', CLIENT_TAGS, failed)]);
  assert.deepEqual(pool.suspected, ['id-a', 'id-b']);
});
