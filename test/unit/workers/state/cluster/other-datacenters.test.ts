import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MEMBER_STATUS, type Member } from '../../../../../src/wire/gossip-pools.js';
import { OtherDatacenters } from '../../../../../src/workers/state/cluster/other-datacenters.js';
import { Random } from '../../../../random.js';

const TAGS = { role: 'consul', vsn: '2', build: '1.21.4:', segment: '' };

function server(
  node: string,
  dc: string,
  port: number,
  status: number = MEMBER_STATUS.alive,
  more: object = {},
): Member {
  return {
    name: `${node}.${dc}`,
    address: '10.0.0.1',
    port: 8302,
    tags: JSON.stringify({ ...TAGS, dc, port: String(port), ...more }),
    status,
    ...{ protocolMin: 1, protocolMax: 5, protocolCurrent: 2, delegateMin: 2, delegateMax: 5, delegateCurrent: 4 },
  };
}

function known(...members: readonly Member[]): OtherDatacenters {
  const random = new Random(1);
  const others = new OtherDatacenters('dc1', () => random.next());
  others.membersChanged({ changed: members, removed: [] });
  return others;
}

function ports(others: OtherDatacenters, datacenter: string): readonly number[] {
  return others.serversOf(datacenter).map(({ address }) => Number(address.split(':')[1]));
}

test('each datacenter has its servers, the own one none: nothing is passed on to it', () => {
  const others = known(server('a', 'dc1', 1), server('a', 'dc2', 2), server('a', 'dc3', 3), server('b', 'dc3', 4));
  assert.deepEqual(ports(others, 'dc2'), [2]);
  assert.deepEqual([...ports(others, 'dc3')].sort(), [3, 4]);
  for (const name of ['dc1', 'dc4', 'DC2', '']) assert.deepEqual(ports(others, name), [], name);
});

test('those that are alive come first and in any order, those that failed last, those that left or are forgotten not at all', () => {
  const others = known(
    server('a', 'dc2', 1, MEMBER_STATUS.failed),
    server('b', 'dc2', 2),
    server('c', 'dc2', 3),
    server('d', 'dc2', 4, MEMBER_STATUS.left),
  );
  const firsts = new Set<number | undefined>();
  for (let i = 0; i < 50; i += 1) {
    const order = ports(others, 'dc2');
    assert.equal(order.length, 3);
    assert.equal(order[2], 1);
    firsts.add(order[0]);
  }
  assert.deepEqual(firsts, new Set([2, 3]));
  others.membersChanged({ changed: [server('b', 'dc2', 2, MEMBER_STATUS.failed)], removed: ['a.dc2'] });
  assert.deepEqual(ports(others, 'dc2'), [3, 2]);
  // It is a datacenter as long as it has a server.
  others.membersChanged({ changed: [server('c', 'dc2', 3, MEMBER_STATUS.left)], removed: ['b.dc2', 'nobody.dc2'] });
  assert.deepEqual(ports(others, 'dc2'), []);
  others.membersChanged({ changed: [server('c', 'dc2', 3)], removed: [] });
  assert.deepEqual(ports(others, 'dc2'), [3]);
});

test('who is no server, or says it listens where one of this datacenter does, is asked nothing', () => {
  const others = known(
    server('own', 'dc1', 8300),
    server('mirror', 'dc2', 8300),
    server('client', 'dc2', 1, MEMBER_STATUS.alive, { role: 'node' }),
    server('nowhere', 'dc2', 99_999),
  );
  assert.deepEqual(ports(others, 'dc2'), []);
});
