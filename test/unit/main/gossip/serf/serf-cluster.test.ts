// Several machines together: what one does is seen by the others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_HOOKS } from '../../../../../src/main/gossip/core/hooks.js';
import { SERF } from '../../../../../src/main/gossip/serf/pool/options.js';
import type { SerfEvent } from '../../../../../src/main/gossip/serf/pool/output.js';
import type { KeyAnswer } from '../../../../../src/main/gossip/serf/query/key-operations.js';
import { Keyring } from '../../../../../src/main/gossip/wire/keyring.js';
import { PORT, VERSIONS } from '../core/rig.js';
import { clusterOf, SerfCluster } from './cluster.js';
import { eventsOf, queriesOf } from './rig.js';

function logsOf(events: readonly SerfEvent[]): string[] {
  return events.flatMap((event) => (event.kind === 'log' ? [event.text] : []));
}

function ringOf(...keys: readonly number[]): Keyring {
  const ring = new Keyring();
  for (const key of keys) assert.equal(ring.add(new Uint8Array(16).fill(key)), null);
  return ring;
}

const inBase64 = (key: number): string => Buffer.alloc(16, key).toString('base64');

test('an event is delivered once to every member, its sender included', () => {
  const { cluster, nodes } = clusterOf(5);
  assert.equal(nodes[2]?.serf.userEvent('deploy', Buffer.from('v1'), false, cluster.nowMs), null);
  cluster.run(5000);
  for (const { events } of nodes) {
    assert.deepEqual(eventsOf(events), ['user deploy ltime=1 payload=v1 coalesce=false']);
  }
});

test('where events are coalesced, the newest is told after a quiet time', () => {
  const window = { quietMs: 1000, mostMs: 3000 };
  const { cluster, nodes } = clusterOf(2, () => ({ serf: { ...SERF, coalesce: window, userCoalesce: window } }));
  const [n1, n2] = nodes;
  assert.ok(n1 !== undefined && n2 !== undefined);
  for (const payload of ['1', '2']) n1.serf.userEvent('newest', Buffer.from(payload), true, cluster.nowMs);
  n1.serf.userEvent('at once', null, false, cluster.nowMs);
  assert.equal(n1.serf.setTags(new Map([['role', 'new']]), cluster.nowMs), null);
  cluster.run(500);
  const atOnce = 'user at once ltime=3 payload= coalesce=false';
  for (const { events } of nodes) assert.deepEqual(eventsOf(events), [atOnce]);
  cluster.run(1500);
  for (const { events } of nodes) {
    assert.deepEqual(
      eventsOf(events).sort(),
      [atOnce, 'user newest ltime=2 payload=2 coalesce=true', 'member-update n1 status=alive'].sort(),
    );
  }
});

test('what is held back is told before the leave is over', () => {
  const window = { quietMs: 60_000, mostMs: 60_000 };
  const { cluster, nodes } = clusterOf(2, () => ({ serf: { ...SERF, coalesce: window, userCoalesce: window } }));
  const [n1] = nodes;
  assert.ok(n1 !== undefined);
  n1.serf.userEvent('last', null, true, cluster.nowMs);
  cluster.run(1000);
  assert.deepEqual(
    n1.events.filter(({ kind }) => kind === 'userEvent'),
    [],
  );
  assert.equal(n1.serf.leave(cluster.nowMs), null);
  cluster.run(10_000);
  const told = n1.events.map(({ kind }) => kind).filter((kind) => kind !== 'log' && kind !== 'done');
  assert.deepEqual(told.slice(-2), ['userEvent', 'left']);
});

test('whoever was away gets events by push/pull; whoever joins and wants no history does not', () => {
  const { cluster, nodes } = clusterOf(2);
  const [n1] = nodes;
  assert.ok(n1 !== undefined);
  n1.serf.userEvent('old', null, false, cluster.nowMs);
  cluster.run(1000);
  const [eager, sober] = [cluster.add('n3'), cluster.add('n4')];
  cluster.join(eager, n1, false);
  cluster.join(sober, n1, true);
  cluster.run(60_000);
  const users = (events: readonly SerfEvent[]) => eventsOf(events).filter((text) => text.startsWith('user'));
  assert.deepEqual(users(eager.events), ['user old ltime=1 payload= coalesce=false']);
  assert.deepEqual(users(sober.events), []);
  n1.serf.userEvent('new', null, false, cluster.nowMs);
  cluster.run(5000);
  assert.deepEqual(users(sober.events), ['user new ltime=2 payload= coalesce=false']);
});

test('a query is acknowledged and answered by all, its sender included, and ends with its time', () => {
  const { cluster, nodes } = clusterOf(4);
  const [asker] = nodes;
  assert.ok(asker !== undefined);
  const [acks, answers]: [string[], string[]] = [[], []];
  let endMs = 0;
  const startMs = cluster.nowMs;
  const problem = asker.serf.query(
    { name: 'load', payload: null, filters: [], wantsAck: true, relayFactor: 2 },
    {
      onAck: (from) => acks.push(from),
      onResponse: (from, payload) => answers.push(`${from} ${Buffer.from(payload ?? []).toString()}`),
      onEnd: (nowMs) => {
        endMs = nowMs;
      },
    },
    startMs,
  );
  assert.equal(problem, null);
  cluster.run(1000);
  for (const { serf, events } of nodes) {
    const [query] = queriesOf(events);
    assert.ok(query !== undefined);
    assert.equal(query.sourceNode, 'n1');
    assert.equal(serf.respond(query, Buffer.from('ok'), cluster.nowMs), null);
    assert.equal(serf.respond(query, Buffer.from('ok'), cluster.nowMs), 'response already sent');
  }
  cluster.run(5000);
  assert.deepEqual(acks.sort(), ['n1', 'n2', 'n3', 'n4']);
  assert.deepEqual(answers.sort(), ['n1 ok', 'n2 ok', 'n3 ok', 'n4 ok']);
  assert.equal(endMs, startMs + 3200);
});

test('filters: by name, and by an expression on a tag', () => {
  const { cluster, nodes } = clusterOf(4);
  const acks: string[] = [];
  const problem = nodes[0]?.serf.query(
    {
      name: 'load',
      payload: null,
      filters: [
        { kind: 'nodes', names: ['n2', 'n3'] },
        { kind: 'tag', filter: { Tag: 'role', Expr: '^n[34]$' } },
      ],
      wantsAck: true,
      relayFactor: 0,
    },
    { onAck: (from) => acks.push(from), onResponse: () => assert.fail(), onEnd: () => undefined },
    cluster.nowMs,
  );
  assert.equal(problem, null);
  cluster.run(5000);
  assert.deepEqual(acks, ['n3']);
  assert.deepEqual(
    nodes.map(({ events }) => queriesOf(events).length),
    [0, 0, 1, 0],
  );
});

test('who leaves has left, for everybody; who stops has failed, is tried again and is back when it answers', () => {
  const { cluster, nodes } = clusterOf(4);
  const [n1, n2, n3, n4] = nodes;
  assert.ok(n1 !== undefined && n2 !== undefined && n3 !== undefined && n4 !== undefined);
  assert.equal(n2.serf.leave(cluster.nowMs), null);
  assert.equal(n2.serf.leave(cluster.nowMs), 'Leave already in progress');
  assert.equal(n2.serf.canJoin(), "Serf can't Join after Leave or Shutdown");
  cluster.run(8000);
  assert.equal(n2.events.filter(({ kind }) => kind === 'left').length, 1);
  n2.isDown = true;
  for (const { serf } of [n1, n3, n4]) assert.equal(serf.member('n2')?.status, 'left');
  assert.ok(logsOf(n1.events).includes('serf: EventMemberLeave: n2 10.0.0.2'));
  n3.isDown = true;
  cluster.run(30_000);
  for (const { serf } of [n1, n4]) assert.equal(serf.member('n3')?.status, 'failed');
  assert.ok(logsOf(n1.events).includes('serf: EventMemberFailed: n3 10.0.0.3'));
  assert.equal(n1.serf.figures()['failed'], '1');
  assert.equal(n1.serf.figures()['left'], '1');
  cluster.run(60_000);
  n3.isDown = false;
  cluster.run(90_000);
  for (const { serf } of [n1, n3, n4]) assert.equal(serf.member('n3')?.status, 'alive');
  assert.ok(eventsOf(n1.events).includes('member-join n3 status=alive'));
});

test('a failed member is forced out, and pruned', () => {
  const { cluster, nodes } = clusterOf(3);
  const [n1, n2, n3] = nodes;
  assert.ok(n1 !== undefined && n2 !== undefined && n3 !== undefined);
  n3.isDown = true;
  cluster.run(30_000);
  assert.equal(n1.serf.forceLeave('nobody', false, cluster.nowMs), false);
  assert.equal(n1.serf.forceLeave('n3', false, cluster.nowMs), true);
  cluster.run(5000);
  assert.deepEqual([n1.serf.member('n3')?.status, n2.serf.member('n3')?.status], ['left', 'left']);
  assert.ok(n1.events.some((event) => event.kind === 'forceLeft' && event.name === 'n3' && !event.isTimedOut));
  assert.equal(n1.serf.forceLeave('n3', true, cluster.nowMs), true);
  cluster.run(5000);
  for (const { serf, events } of [n1, n2]) {
    assert.equal(serf.member('n3'), undefined);
    assert.ok(eventsOf(events).includes('member-reap n3 status=left'));
  }
});

test('an alive member that is forced out refutes it; pruning then does not forget it', () => {
  const { cluster, nodes } = clusterOf(3);
  const [n1] = nodes;
  assert.ok(n1 !== undefined);
  assert.equal(n1.serf.forceLeave('n3', true, cluster.nowMs), true);
  assert.equal(n1.serf.member('n3')?.status, 'leaving');
  cluster.run(20_000);
  for (const { serf } of nodes) assert.equal(serf.member('n3')?.status, 'alive');
});

test('new tags are seen by all', () => {
  const { cluster, nodes } = clusterOf(3);
  const [n1, n2] = nodes;
  assert.ok(n1 !== undefined && n2 !== undefined);
  assert.equal(n1.serf.setTags(new Map([['role', 'cache']]), cluster.nowMs), null);
  cluster.run(5000);
  assert.deepEqual(eventsOf(n2.events), ['member-update n1 status=alive']);
  assert.deepEqual(n2.serf.member('n1')?.meta, n1.serf.selfMember?.meta);
  const long = new Map([['x', 'y'.repeat(600)]]);
  assert.equal(n1.serf.setTags(long, cluster.nowMs), 'Encoded length of tags exceeds limit of 512 bytes');
});

test('a key is changed everywhere, step by step', () => {
  const rings = new Map<string, Keyring>();
  const { cluster, nodes } = clusterOf(3, (name) => {
    const keyring = ringOf(1);
    rings.set(name, keyring);
    return { keyring };
  });
  const [n1] = nodes;
  assert.ok(n1 !== undefined);
  const ask = (operation: 'list' | 'install' | 'use' | 'remove', key: number): KeyAnswer => {
    const answers: KeyAnswer[] = [];
    const bytes = new Uint8Array(16).fill(key);
    n1.serf.keyQuery(operation, bytes, 0, (answer) => answers.push(answer), cluster.nowMs);
    cluster.run(4000);
    assert.equal(answers.length, 1);
    return answers[0] as KeyAnswer;
  };
  assert.deepEqual(ask('install', 2), {
    ...{
      numNodes: 3,
      numResponses: 3,
      messages: new Map(),
      keys: new Map(),
      primaryKeys: new Map([['', 3]]),
      error: '',
    },
  });
  assert.equal(ask('remove', 1).error, '3/3 nodes reported failure');
  assert.equal(ask('use', 2).error, '');
  assert.equal(ask('remove', 1).error, '');
  const list = ask('list', 0);
  assert.deepEqual([...list.keys], [[inBase64(2), 3]]);
  assert.deepEqual([...list.primaryKeys], [[inBase64(2), 3]]);
  assert.equal(n1.events.filter(({ kind }) => kind === 'keyring').length, 3);
  assert.deepEqual(ask('use', 9).messages.get('n2'), 'Requested key is not in the keyring');
  const [, n2] = nodes;
  assert.ok(n2 !== undefined);
  n2.keyringProblem = 'no space left';
  const full = ask('install', 3);
  assert.deepEqual(full.messages, new Map([['n2', 'no space left']]));
  assert.equal(full.error, '1/3 nodes reported failure');
  n2.isDown = true;
  const part = ask('list', 0);
  assert.equal(part.error, '2/3 nodes reported success');
  assert.deepEqual([...part.messages], [['n2', 'no answer']]);
});

test('a list of keys too long for one answer is cut, and says so', () => {
  const keyring = ringOf(...Array.from({ length: 60 }, (_, i) => i));
  const { cluster, nodes } = clusterOf(1, () => ({ keyring }));
  const answers: KeyAnswer[] = [];
  nodes[0]?.serf.keyQuery('list', new Uint8Array(0), 0, (answer) => answers.push(answer), cluster.nowMs);
  cluster.run(100);
  const [answer] = answers;
  assert.equal(answer?.error, '');
  const shown = answer.keys.size;
  assert.ok(shown > 30 && shown <= 40, String(shown));
  assert.equal(answer.messages.get('n1'), `truncated key list response, showing first ${shown} of 60 keys`);
});

test('without encryption all members refuse key queries', () => {
  const { cluster, nodes } = clusterOf(2);
  const answers: KeyAnswer[] = [];
  nodes[0]?.serf.keyQuery('install', new Uint8Array(16), 0, (answer) => answers.push(answer), cluster.nowMs);
  cluster.run(1000);
  assert.equal(answers[0]?.error, '2/2 nodes reported failure');
  assert.equal(answers[0]?.messages.get('n2'), 'No keyring to modify (encryption not enabled)');
});

test('two members of one name: the newcomer is outvoted and quits, the holder stays', () => {
  const { cluster, nodes } = clusterOf(4);
  const [n1, n2] = nodes;
  assert.ok(n1 !== undefined && n2 !== undefined);
  const address = { ip: Uint8Array.of(10, 0, 0, 99), port: PORT };
  const twin = cluster.add('n2', { self: { name: 'n2', address, versionBytes: VERSIONS, bindPort: PORT } });
  cluster.join(twin, n1);
  cluster.run(8000);
  assert.ok(twin.events.some(({ kind }) => kind === 'quit'));
  assert.equal(twin.serf.leave(cluster.nowMs), 'Leave called after Shutdown');
  assert.ok(logsOf(n1.events).some((text) => text.startsWith("serf: Name conflict for 'n2' both 10.0.0.2:7946")));
  assert.ok(!n2.events.some(({ kind }) => kind === 'quit'));
  assert.equal(n2.serf.canJoin(), null);
});

test('after a restart, members of the snapshot are tried until one answers', () => {
  const { cluster, nodes } = clusterOf(2);
  const restored = {
    members: [
      { name: 'n7', address: '10.0.0.7:7946' },
      { name: 'n8', address: '10.0.0.8:7946' },
      { name: 'n9', address: 'nonsense' },
      { name: 'n1', address: '10.0.0.1:7946' },
      { name: 'n3', address: '10.0.0.3:7946' },
    ],
    ...{ clock: 40, eventClock: 7, queryClock: 3 },
  };
  const back = cluster.add('n3', { restored });
  assert.deepEqual([back.serf.figures()['member_time'], back.serf.figures()['event_time']], ['41', '8']);
  cluster.run(16_000);
  assert.equal(back.serf.memberCount, 3);
  const tries = logsOf(back.events).filter((text) => text.includes('Attempting re-join'));
  assert.ok(tries.length >= 1 && tries.length <= 3, String(tries));
  cluster.run(30_000);
  assert.equal(logsOf(back.events).filter((text) => text.includes('Attempting re-join')).length, tries.length);
  assert.ok(nodes.every(({ serf }) => serf.member('n3')?.status === 'alive'));
});

test('coordinates of members that answered are known', () => {
  const { cluster, nodes } = clusterOf(3);
  const [n1] = nodes;
  assert.ok(n1 !== undefined);
  cluster.run(10_000);
  assert.equal(n1.serf.coordinateOf('n2')?.Vec.length, 8);
  assert.equal(n1.serf.coordinateOf('n1'), n1.serf.coordinate);
  assert.equal(n1.serf.coordinateOf('nobody'), undefined);
});

test('a lone member leaves after the time in which others would hear of it', () => {
  const cluster = new SerfCluster();
  const n1 = cluster.add('n1');
  assert.equal(n1.serf.leave(0), null);
  cluster.run(999);
  assert.equal(n1.events.filter(({ kind }) => kind === 'left').length, 0);
  cluster.run(2);
  assert.equal(n1.events.filter(({ kind }) => kind === 'left').length, 1);
  assert.equal(n1.serf.selfMember?.status, 'left');
  assert.equal(n1.serf.leave(cluster.nowMs), null);
  cluster.settle();
  assert.equal(n1.events.filter(({ kind }) => kind === 'left').length, 2);
});

test('who is refused by the own rules does not start', () => {
  const cluster = new SerfCluster();
  const rules = { refuseAlive: () => 'not you', refuseSource: () => null, refuseMerge: NO_HOOKS.refuseMerge };
  assert.throws(() => cluster.add('n1', { rules }), /not you/);
});
