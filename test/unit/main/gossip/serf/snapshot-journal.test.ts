// What is written to the snapshot file, and when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SerfMember } from '../../../../../src/main/gossip/serf/pool/member.js';
import type { SerfEvent } from '../../../../../src/main/gossip/serf/pool/output.js';
import {
  compactedSnapshot,
  parseSnapshot,
  type RestoredSnapshot,
} from '../../../../../src/main/gossip/serf/pool/snapshot.js';
import { SnapshotJournal } from '../../../../../src/main/gossip/serf/pool/snapshot-journal.js';
import {
  JOIN,
  joinIntent,
  QUERY,
  query,
  USER_EVENT,
  userEvent,
} from '../../../../../src/main/gossip/serf/protocol/messages.js';
import { ALIVE } from '../../../../../src/main/gossip/wire/message-types.js';
import { alive } from '../../../../../src/main/gossip/wire/messages.js';
import { encode } from '../../../../../src/msgpack/codec.js';
import { below } from '../../../../../src/random/random.js';
import { addressOfNode, deadMessage, ipOfNode, PORT, seeded, VERSIONS } from '../core/rig.js';
import { SerfRig } from './rig.js';

const NOTHING: RestoredSnapshot = { members: [], clock: 0, eventClock: 0, queryClock: 0 };

function linesOf(events: readonly SerfEvent[]): string {
  return events.map((event) => (event.kind === 'snapshot' ? event.lines : '')).join('');
}

test('joins, failures, clocks, and the time of what was delivered', () => {
  const rig = new SerfRig({ restored: NOTHING });
  assert.equal(linesOf(rig.take().events), 'alive: n1 10.0.0.1:7946\n');
  const ip = Uint8Array.of(0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2);
  const body = { Incarnation: 1, Node: 'node 2', Addr: ip, Port: 7947, Meta: null, Vsn: VERSIONS };
  rig.hears(encode(joinIntent, { LTime: 4, Node: 'node 2' }, JOIN));
  rig.serf.receive(encode(alive, body, ALIVE), addressOfNode('n2'), rig.nowMs);
  assert.equal(linesOf(rig.take().events), 'alive: node 2 [2001:db8::2]:7947\nclock: 4\n');
  rig.hears(encode(joinIntent, { LTime: 9, Node: 'node 2' }, JOIN));
  assert.equal(linesOf(rig.take().events), '');
  assert.equal(linesOf(rig.run(500).events), 'clock: 9\n');
  assert.equal(linesOf(rig.run(2000).events), '');
  const event = { LTime: 5, Name: 'e', Payload: null, CC: false };
  rig.hears(encode(userEvent, event, USER_EVENT));
  rig.hears(encode(userEvent, { ...event, LTime: 3 }, USER_EVENT));
  const ping = {
    ...{ LTime: 2, ID: 1, Addr: ipOfNode('n2'), Port: PORT, SourceNode: 'n2', Filters: null, Flags: 0 },
    ...{ RelayFactor: 0, Timeout: 1e9, Name: '_serf_ping', Payload: null },
  };
  rig.hears(encode(query, ping, QUERY));
  rig.serf.receive(deadMessage('node 2', 'n9'), addressOfNode('n2'), rig.nowMs);
  assert.equal(linesOf(rig.take().events), 'event-clock: 5\nquery-clock: 2\nnot-alive: node 2\n');
});

test('a leave is to be on the disk at once; later only the clock is written', () => {
  const rig = new SerfRig({ restored: { ...NOTHING, clock: 8 } }).knows('n2');
  assert.equal(rig.serf.leave(rig.nowMs), null);
  const left = rig.take().events.filter((event) => event.kind === 'snapshot');
  assert.deepEqual(left, [{ kind: 'snapshot', lines: 'leave\n', isSynced: true }]);
  rig.serf.receive(deadMessage('n2', 'n9'), addressOfNode('n2'), rig.nowMs);
  rig.hears(encode(joinIntent, { LTime: 20, Node: 'n3' }, JOIN));
  const { events } = rig.run(1000);
  assert.equal(linesOf(events), 'clock: 9\nclock: 20\n');
  assert.ok(events.every((event) => event.kind !== 'snapshot' || !event.isSynced));
});

test('a name with a line feed writes no lines of its own', () => {
  const rig = new SerfRig({ restored: NOTHING });
  rig.take();
  const body = { Incarnation: 1, Node: 'x\nleave', Addr: ipOfNode('n2'), Port: PORT, Meta: null, Vsn: VERSIONS };
  rig.serf.receive(encode(alive, body, ALIVE), addressOfNode('n2'), rig.nowMs);
  assert.equal(linesOf(rig.take().events), '');
});

test('without a file nothing is written', () => {
  const rig = new SerfRig();
  rig.serf.leave(rig.nowMs);
  assert.ok(rig.run(5000).events.every(({ kind }) => kind !== 'snapshot'));
});

test('what was delivered before the restart is not delivered again', () => {
  const rig = new SerfRig({ restored: { ...NOTHING, eventClock: 5, queryClock: 7 } });
  rig.take();
  for (const LTime of [5, 6]) {
    rig.hears(encode(userEvent, { LTime, Name: `e${LTime}`, Payload: null, CC: false }, USER_EVENT));
  }
  const events = rig.take().events.flatMap((event) => (event.kind === 'userEvent' ? [event.name] : []));
  assert.deepEqual(events, ['e6']);
  assert.equal(rig.serf.figures()['query_time'], '8');
});

test('what changes while the state is written piece by piece is told by the lines behind it', () => {
  const random = seeded(7);
  for (let round = 0; round < 20; round += 1) {
    const unseen = [{ name: 'gone', address: '10.9.9.9:1' }];
    const journal = new SnapshotJournal({ ...NOTHING, members: unseen });
    const members = new Map<string, SerfMember>();
    const set = (name: string, status: SerfMember['status']) => {
      const address = addressOfNode(`n${1 + below(random, 250)}`);
      members.set(name, { name, address, meta: new Uint8Array(0), versionBytes: null, status, statusLTime: 0 });
      journal.member(status === 'alive' ? 'join' : 'failed', name, address);
    };
    for (let i = 0; i < 1200; i += 1) set(`m${i}`, random() < 0.9 ? 'alive' : 'failed');
    journal.take();
    let clock = 1;
    const change = () => {
      for (let i = 0; i < 100; i += 1) {
        const name = `m${below(random, 1500)}`;
        if (random() < 0.2) members.delete(name);
        if (!members.has(name)) journal.member('failed', name, addressOfNode('n1'));
        else set(name, random() < 0.5 ? 'alive' : 'failed');
        if (random() < 0.1) set(`new${below(random, 1000)}`, 'alive');
        clock += 1;
        journal.memberClock(clock);
        journal.userEvent(clock * 2);
      }
    };
    let text = '';
    let lines = '';
    for (const piece of compactedSnapshot(journal.state(members.values()))) {
      text += piece;
      change();
      lines += journal.take()?.lines ?? '';
    }
    const read = parseSnapshot(Buffer.from(text + lines), false);
    const now = journal.state(members.values());
    const sorted = (all: Iterable<{ name: string; address: string }>) =>
      Array.from(all, ({ name, address }) => `${name} ${address}`).sort();
    assert.deepEqual(sorted(read.members), sorted(now.members));
    assert.deepEqual([read.clock, read.eventClock], [now.clock, now.eventClock]);
  }
});

test('a piece is a few hundred members', () => {
  const journal = new SnapshotJournal(NOTHING);
  const one = { address: addressOfNode('n1'), meta: new Uint8Array(0), versionBytes: null, statusLTime: 0 } as const;
  const members = Array.from({ length: 5000 }, (_, i): SerfMember => ({ ...one, name: `m${i}`, status: 'alive' }));
  assert.equal([...compactedSnapshot(journal.state(members))].length, 11);
});
