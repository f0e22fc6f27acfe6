// What is refused, bounded and forgotten: anybody may send anything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { SERF } from '../../../../../src/main/gossip/serf/pool/options.js';
import {
  type EventSlot,
  JOIN,
  joinIntent,
  LEAVE,
  leaveIntent,
  QUERY,
  QUERY_RESPONSE,
  QUERY_WANTS_ACK,
  type Query,
  query,
  queryResponse,
  RELAY,
  readSerfMessage,
  relayHeader,
  STATE,
  serfState,
  USER_EVENT,
  userEvent,
} from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { encodeTags } from '../../../../../src/main/gossip/serf/protocol/tags.js';
import { ALIVE } from '../../../../../src/main/gossip/wire/message-types.js';
import { alive } from '../../../../../src/main/gossip/wire/messages.js';
import { finish } from '../../../../../src/main/gossip/wire/steps.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { addressOfNode, deadMessage, ipOfNode, PORT, VERSIONS } from '../core/rig.js';
import { eventsOf, QUIET, queriesOf, SerfRig, serfMessagesIn } from './rig.js';

function queryOf(changes: Partial<Query> = {}): Uint8Array {
  const body: Query = {
    ...{ LTime: 1, ID: 7, Addr: ipOfNode('n2'), Port: PORT, SourceNode: 'n2', Filters: null, Flags: 0, RelayFactor: 0 },
    ...{ Timeout: 1e9, Name: 'load', Payload: null },
    ...changes,
  };
  return encode(query, body, QUERY);
}

function eventOf(LTime: number | bigint, Name: string, Payload: Uint8Array | null = null): Uint8Array {
  return encode(userEvent, { LTime, Name, Payload, CC: false }, USER_EVENT);
}

const ASK = { name: 'load', payload: null, filters: [], wantsAck: true, relayFactor: 0 };
const DEAF = { onAck: () => undefined, onResponse: () => undefined, onEnd: () => undefined };

test('user events have a size', () => {
  const { serf, nowMs } = new SerfRig();
  const payload = (size: number) => new Uint8Array(size);
  assert.equal(
    serf.userEvent('abc', payload(510), false, nowMs),
    'user event exceeds configured limit of 512 bytes before encoding',
  );
  assert.equal(
    serf.userEvent('abc', payload(509), false, nowMs),
    'encoded user event exceeds configured limit of 512 bytes after encoding',
  );
  assert.equal(serf.userEvent('abc', payload(460), false, nowMs), null);
});

test('queries and answers have a size, and answers a time', () => {
  const rig = new SerfRig().knows('n2');
  const { serf } = rig;
  assert.equal(
    serf.query({ ...ASK, payload: new Uint8Array(1024) }, DEAF, rig.nowMs),
    'query exceeds limit of 1024 bytes',
  );
  rig.hears(queryOf());
  const [received] = queriesOf(rig.take().events);
  assert.ok(received !== undefined);
  assert.equal(serf.respond(received, new Uint8Array(1024), rig.nowMs), 'response exceeds limit of 1024 bytes');
  assert.equal(serf.respond(received, new Uint8Array(1), rig.nowMs + 1001), 'response is past the deadline');
  assert.equal(serf.respond({ ...received }, new Uint8Array(1), rig.nowMs), 'the query came from elsewhere');
  assert.equal(serf.respond(received, new Uint8Array(1), rig.nowMs + 1000), null);
});

test('a member that answers twice counts once; more answers than members are dropped', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  const answers: string[] = [];
  const listener = { ...DEAF, onResponse: (from: string) => answers.push(from) };
  assert.equal(rig.serf.query(ASK, listener, rig.nowMs), null);
  const sent = serfMessagesIn(rig.run(500).packets).map(({ message }) => readSerfMessage(message));
  const asked = sent.find((message) => message?.type === 'query');
  assert.ok(asked?.type === 'query');
  const { LTime, ID } = asked.body;
  const answer = (From: string, id = ID) =>
    rig.hears(encode(queryResponse, { LTime, ID: id, From, Flags: 0, Payload: null }, QUERY_RESPONSE));
  for (const from of ['n2', 'n2', 'a', 'b', 'c', 'd']) answer(from);
  answer('n3', ID + 1);
  assert.deepEqual(answers, ['n2', 'a', 'b']);
  rig.run(5000);
  answer('n3');
  assert.deepEqual(answers, ['n2', 'a', 'b']);
});

test('acks and answers are relayed by as many others as asked for', () => {
  const rig = new SerfRig().knows('n2', 'n3', 'n4', 'n5');
  rig.hears(queryOf({ Flags: QUERY_WANTS_ACK, RelayFactor: 2 }));
  const { packets, events } = rig.take();
  const acks = serfMessagesIn(packets);
  const direct = acks.filter(({ message }) => message[0] === QUERY_RESPONSE);
  const relayed = acks.filter(({ message }) => message[0] === RELAY);
  assert.deepEqual(
    direct.map(({ to }) => to),
    ['10.0.0.2'],
  );
  assert.equal(relayed.length, 2);
  assert.equal(new Set(relayed.map(({ to }) => to)).size, 2);
  for (const { message } of relayed) {
    const read = readSerfMessage(message);
    assert.ok(read?.type === 'relay');
    assert.deepEqual(Uint8Array.from(read.inner), Uint8Array.from(direct[0]?.message ?? []));
    assert.deepEqual(Uint8Array.from(read.header.DestAddr.IP ?? []), ipOfNode('n2'));
    assert.equal(read.header.DestName, 'n2');
  }
  const [received] = queriesOf(events);
  assert.ok(received !== undefined);
  assert.equal(
    rig.serf.respond(received, new Uint8Array(960), rig.nowMs),
    'relayed response exceeds limit of 1024 bytes',
  );
});

test('a wrapped message is passed on as it is, unless it is too large or has no address', () => {
  const rig = new SerfRig().knows('n2');
  const wrapped = (IP: Uint8Array | null, Port: number, inner: Uint8Array) =>
    Buffer.concat([encode(relayHeader, { DestAddr: { IP, Port, Zone: '' }, DestName: 'n3' }, RELAY), inner]);
  rig.hears(wrapped(ipOfNode('n3'), PORT, Uint8Array.of(1, 2, 3)));
  const sent = serfMessagesIn(rig.take().packets);
  assert.deepEqual(
    sent.map(({ to, port, message }) => [to, port, ...message]),
    [['10.0.0.3', PORT, 1, 2, 3]],
  );
  rig.hears(wrapped(ipOfNode('n3'), PORT, new Uint8Array(1025)));
  rig.hears(wrapped(null, PORT, Uint8Array.of(1)));
  rig.hears(wrapped(ipOfNode('n3'), 70_000, Uint8Array.of(1)));
  rig.hears(wrapped(ipOfNode('n3'), -1, Uint8Array.of(1)));
  assert.deepEqual(rig.take().packets, []);
});

test('expressions that are none, too long or slow elsewhere do no harm', () => {
  const rig = new SerfRig({ tags: new Map([['role', 'a'.repeat(400)]]) }).knows('n2');
  const filter = (Expr: string) => Buffer.concat([Uint8Array.of(1), encodeExpression(Expr)]);
  for (const [i, expression] of ['(', '(a*)*b', 'a'.repeat(2000), '(?<!a)b'].entries()) {
    rig.hears(queryOf({ ID: i, Filters: [filter(expression)] }));
  }
  rig.hears(queryOf({ ID: 90, Filters: new Array<Uint8Array>(65).fill(filter('a')) }));
  assert.deepEqual(queriesOf(rig.take().events), []);
  rig.hears(queryOf({ ID: 91, Filters: [filter('^a+$')] }));
  assert.equal(queriesOf(rig.take().events).length, 1);
});

function encodeExpression(Expr: string): Uint8Array {
  const text = (value: string) =>
    Buffer.concat([Uint8Array.of(0xda, value.length >> 8, value.length & 0xff), Buffer.from(value)]);
  return Buffer.concat([Uint8Array.of(0x82), text('Tag'), text('role'), text('Expr'), text(Expr)]);
}

test('queues and made-up names are bounded', () => {
  const rig = new SerfRig({ serf: { ...SERF, maxQueueDepth: 100 } }).knows('n2');
  for (let i = 0; i < 20_000; i += 1) {
    rig.hears(encode(joinIntent, { LTime: i, Node: `ghost${i}` }, JOIN));
    rig.hears(eventOf(i, 'e'));
    if (i < 2000) rig.hears(queryOf({ ID: i }));
  }
  rig.take();
  const { intent_queue, event_queue, query_queue } = rig.serf.figures();
  for (const depth of [intent_queue, event_queue, query_queue]) assert.ok(Number(depth) <= 200, depth);
  rig.run(30_000);
  for (const name of ['intent_queue', 'event_queue', 'query_queue']) {
    assert.ok(Number(rig.serf.figures()[name]) <= 100, name);
  }
});

test('events of one time are bounded, and what is too large for any member is dropped', () => {
  const rig = new SerfRig().knows('n2');
  for (let i = 0; i < 1000; i += 1) rig.hears(eventOf(5, `e${i}`));
  const { events } = rig.take();
  assert.equal(eventsOf(events).length, 512);
  rig.hears(eventOf(6, 'big', new Uint8Array(9300)));
  for (let i = 0; i < 10; i += 1) rig.hears(eventOf(7, `e${i}`, new Uint8Array(9000)));
  assert.equal(eventsOf(rig.take().events).length, 3);
  const { userState } = finish(rig.serf.ownState(false).steps);
  assert.ok((userState?.length ?? 0) < 64 * 1024);
});

test('a state with more events of one time than we keep is read all the same', () => {
  const rig = new SerfRig().knows('n2');
  const Events = Array.from({ length: 700 }, (_, i) => ({ Name: `e${i}`, Payload: null }));
  const slots = new Array<EventSlot | null>(512).fill(null);
  slots[5] = { LTime: 5, Events };
  slots[6] = { LTime: 6, Events: Events.slice(0, 1) };
  const times = { LTime: 40, StatusLTimes: new Map([['n2', 30]]), LeftMembers: [], EventLTime: 7, QueryLTime: 9 };
  const userState = encode(serfState, { ...times, Events: slots }, STATE);
  const merging = rig.serf.startMerge({ isJoin: false, nodes: [], userState });
  while (merging.step(rig.nowMs));
  assert.equal(merging.problem, null);
  assert.equal(eventsOf(rig.take().events).length, 513);
  assert.equal(rig.serf.member('n2')?.statusLTime, 30);
  assert.deepEqual([rig.serf.figures()['member_time'], rig.serf.figures()['query_time']], ['40', '9']);
});

test('a message longer than any packet is delivered but not spread: it would wait for ever', () => {
  const rig = new SerfRig().knows('n2');
  rig.hears(eventOf(5, 'long', new Uint8Array(1400)));
  assert.equal(eventsOf(rig.take().events).length, 1);
  assert.equal(rig.serf.figures()['event_queue'], '0');
});

test('when the table is full, who has been gone longest makes room; nobody alive does', () => {
  // memberlist forgets the dead when a round of probes ends; Serf doesn't.
  const full = new SerfRig({ gossip: { ...QUIET, probeIntervalMs: 1000, gossipToTheDeadMs: 1, mostNodes: 2 } });
  full.knows('n2');
  full.serf.receive(deadMessage('n2', 'n3'), addressOfNode('n3'), full.nowMs);
  full.run(5000);
  full.knows('n4');
  assert.deepEqual(full.statuses(), { n1: 'alive', n4: 'alive' });
  full.knows('n5');
  assert.deepEqual(full.statuses(), { n1: 'alive', n4: 'alive' });
});

test('who is back before its intent is leaving, and told of when it is not', () => {
  const rig = new SerfRig().knows('n2');
  rig.hears(encode(leaveIntent, { LTime: 5, Node: 'n5', Prune: false }, LEAVE));
  rig.knows('n5');
  assert.equal(rig.serf.member('n5')?.status, 'leaving');
  rig.hears(encode(joinIntent, { LTime: 7, Node: 'n5' }, JOIN));
  const told = rig.take().events.flatMap((event) => (event.kind === 'stayed' ? [event.member] : []));
  assert.deepEqual(
    told.map(({ name, status }) => `${name} ${status}`),
    ['n5 alive'],
  );
  rig.hears(encode(joinIntent, { LTime: 9, Node: 'n5' }, JOIN));
  assert.ok(rig.take().events.every(({ kind }) => kind !== 'stayed'));
});

test('members are forgotten after their time, which a tag may change', () => {
  const rig = new SerfRig({ serf: { ...SERF, reconnectTimeoutMs: 600_000, tombstoneTimeoutMs: 120_000 } });
  rig.knows('n2', 'n3');
  const meta = encodeTags(new Map([['rc_tm', '30s']]));
  const body = { Incarnation: 1, Node: 'n4', Addr: ipOfNode('n4'), Port: PORT, Meta: meta, Vsn: VERSIONS };
  rig.serf.receive(encode(alive, body, ALIVE), addressOfNode('n4'), rig.nowMs);
  rig.hears(encode(leaveIntent, { LTime: 5, Node: 'n3', Prune: false }, LEAVE));
  for (const name of ['n2', 'n3', 'n4']) rig.serf.receive(deadMessage(name, 'n9'), addressOfNode('n2'), rig.nowMs);
  assert.deepEqual(rig.statuses(), { n1: 'alive', n2: 'failed', n3: 'left', n4: 'failed' });
  rig.run(50_000);
  assert.deepEqual(rig.statuses(), { n1: 'alive', n2: 'failed', n3: 'left' });
  rig.run(100_000);
  assert.deepEqual(rig.statuses(), { n1: 'alive', n2: 'failed' });
  const { events } = rig.run(500_000);
  assert.deepEqual(rig.statuses(), { n1: 'alive' });
  assert.deepEqual(eventsOf(events), ['member-reap n2 status=failed']);
});

test('times beyond 2^53 are exact, and the last one of all wraps as elsewhere', () => {
  const rig = new SerfRig().knows('n2');
  rig.hears(encode(joinIntent, { LTime: 2n ** 60n, Node: 'n2' }, JOIN));
  assert.equal(rig.serf.figures()['member_time'], String(2n ** 60n + 1n));
  rig.hears(eventOf(2n ** 60n, 'big'));
  rig.hears(eventOf(2n ** 60n - 512n, 'old'));
  rig.hears(eventOf(2n ** 60n - 511n, 'recent'));
  assert.deepEqual(
    eventsOf(rig.take().events).map((text) => text.split(' ')[1]),
    ['big', 'recent'],
  );
  rig.hears(encode(joinIntent, { LTime: 2n ** 64n - 1n, Node: 'n2' }, JOIN));
  assert.equal(rig.serf.figures()['member_time'], '0');
  assert.equal(rig.serf.userEvent('mine', null, false, rig.nowMs), null);
});

test('a leave nobody fetches ends all the same', () => {
  const rig = new SerfRig({ gossip: { ...QUIET, gossipIntervalMs: 1e12 } }).knows('n2', 'n3');
  assert.equal(rig.serf.forceLeave('n2', false, rig.nowMs), true);
  assert.equal(rig.serf.leave(rig.nowMs), null);
  const { events } = rig.run(12_000);
  assert.ok(events.some((event) => event.kind === 'forceLeft' && event.isTimedOut));
  assert.equal(events.filter(({ kind }) => kind === 'left').length, 1);
});

const types = fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 200);

test('no bytes make a machine throw: user messages', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  fc.assert(
    fc.property(types, fc.uint8Array({ maxLength: 200, size: 'max' }), (type, bytes) => {
      const message = Uint8Array.of(type, ...bytes);
      rig.hears(message);
      rig.serf.receiveUser(message, rig.nowMs);
      rig.take();
    }),
    { numRuns: 3000 },
  );
  assert.equal(rig.serf.selfMember?.status, 'alive');
});

const valid = [
  queryOf({ Flags: QUERY_WANTS_ACK, RelayFactor: 3 }),
  queryOf({ Name: '_serf_install-key', Payload: Uint8Array.of(7, 0x81, 0xa3, 0x4b, 0x65, 0x79, 0xa0) }),
  queryOf({ Name: '_serf_conflict', Payload: Buffer.from('n3') }),
  eventOf(3, 'deploy', Uint8Array.of(1)),
  encode(leaveIntent, { LTime: 5, Node: 'n2', Prune: true }, LEAVE),
  encode(joinIntent, { LTime: 9, Node: 'n1' }, JOIN),
];

test('no bytes make a machine throw: damaged messages', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  fc.assert(
    fc.property(fc.constantFrom(...valid), fc.nat(), fc.nat(255), (message, at, value) => {
      const damaged = Uint8Array.from(message);
      damaged[at % damaged.length] = value;
      rig.hears(damaged);
      rig.run(100);
    }),
    { numRuns: 1500 },
  );
  assert.equal(rig.serf.selfMember?.status, 'alive');
});

test('no bytes make a machine throw: states of a push/pull', () => {
  const rig = new SerfRig().knows('n2', 'n3');
  const own = finish(rig.serf.ownState(false).steps).userState ?? new Uint8Array(0);
  const merge = (userState: Uint8Array, isJoin: boolean) => {
    const merging = rig.serf.startMerge({ isJoin, nodes: [], userState });
    while (merging.step(rig.nowMs));
    rig.take();
  };
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200, size: 'max' }),
      fc.boolean(),
      fc.boolean(),
      (bytes, isJoin, hasType) => {
        merge(hasType ? Uint8Array.of(STATE, ...bytes) : bytes, isJoin);
      },
    ),
    { numRuns: 2000 },
  );
  fc.assert(
    fc.property(fc.nat(own.length - 1), fc.nat(255), fc.boolean(), (at, value, isJoin) => {
      const damaged = Uint8Array.from(own);
      damaged[at] = value;
      merge(damaged, isJoin);
    }),
    { numRuns: 1000 },
  );
  assert.equal(rig.serf.selfMember?.status, 'alive');
});
