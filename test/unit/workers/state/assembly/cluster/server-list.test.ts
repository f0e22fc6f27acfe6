import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { KnownServer } from '../../../../../../src/workers/state/cluster/known-servers.js';
import { rebalance, rebalanceInterval } from '../../../../../../src/workers/state/cluster/rebalance.js';
import { ServerList } from '../../../../../../src/workers/state/cluster/server-list.js';
import { Random, runSeed } from '../../../../../random.js';

function server(name: string, address = `${name}:8300`): KnownServer {
  return { name, address } as KnownServer;
}

const [a, b, c] = [server('a'), server('b'), server('c')];

function listOf(...servers: readonly KnownServer[]): ServerList {
  const random = new Random(runSeed);
  const list = new ServerList(() => random.next());
  for (const one of servers) list.put(one);
  return list;
}

const names = (list: ServerList): string => list.all.map(({ name }) => name).join('');

describe('the list of servers', () => {
  it('is asked from the front, and a new server is asked last', () => {
    const list = listOf(a, b);
    assert.equal(list.put(c), true);
    assert.equal(names(list), 'abc');
    assert.equal(list.first, a);
  });

  it('moves the first one to the end when a call to it fails, once for all calls that fail with it', () => {
    const list = listOf(a, b, c);
    list.failed(a);
    list.failed(a);
    assert.equal(names(list), 'bca');
  });

  it('keeps the only server, failed or not', () => {
    const list = listOf(a);
    list.failed(a);
    assert.equal(list.first, a);
  });

  it('takes a new address without moving the server', () => {
    const list = listOf(a, b);
    assert.equal(list.put(server('a', '10.0.0.9:8300')), false);
    assert.equal(list.first?.address, '10.0.0.9:8300');
    assert.equal(names(list), 'ab');
  });

  it('forgets a server that left', () => {
    const list = listOf(a, b);
    list.remove('a');
    assert.equal(names(list), 'b');
    list.remove('b');
    assert.equal(list.first, null);
  });
});

describe('a rebalance', () => {
  it('calls from then on the server that answered', async () => {
    const list = listOf(a, b, c);
    await rebalance({
      ...{ list, random: Math.random },
      ping: ({ name }) => Promise.resolve(name === 'c'),
      unreachable: () => assert.fail('one answers'),
    });
    assert.equal(list.first, c);
    assert.equal(list.size, 3);
  });

  it('leaves the list as it was when nobody answers, and says so', async () => {
    const list = listOf(a, b, c);
    const asked: string[] = [];
    let isSaid = false;
    await rebalance({
      ...{ list, random: Math.random },
      ping: ({ name }) => Promise.resolve(asked.push(name) === 0),
      unreachable: () => {
        isSaid = true;
      },
    });
    assert.deepEqual(asked.sort(), ['a', 'b', 'c']);
    assert.equal(names(list), 'abc');
    assert.equal(isSaid, true);
  });

  it('keeps who came, and not who went, while it asked', async () => {
    const list = listOf(a, b);
    await rebalance({
      ...{ list, random: Math.random },
      ping({ name }) {
        list.remove('a');
        list.put(c);
        return Promise.resolve(name === 'b');
      },
      unreachable: () => assert.fail('b answers'),
    });
    assert.equal(names(list), 'bc');
  });

  it('comes the rarer the more agents there are, and never all at once', () => {
    assert.equal(
      rebalanceInterval(100, 3, () => 0),
      120_000,
    );
    assert.equal(
      rebalanceInterval(100, 3, () => 0.5),
      150_000,
    );
    // 100,000 agents on five servers: each server is moved to 64 times a second.
    assert.equal(
      rebalanceInterval(100_000, 5, () => 0),
      (100_000 / 64 / 5) * 1000,
    );
    assert.equal(
      rebalanceInterval(0, 0, () => 0),
      120_000,
    );
  });
});
