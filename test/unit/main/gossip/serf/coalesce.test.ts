import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Timers } from '../../../../../src/main/gossip/core/timers.js';
import { MemberCoalescer, UserEventCoalescer } from '../../../../../src/main/gossip/serf/pool/coalesce.js';
import type { SerfMember } from '../../../../../src/main/gossip/serf/pool/member.js';
import type { MemberEventType } from '../../../../../src/main/gossip/serf/pool/output.js';

const SETTINGS = { quietMs: 10, mostMs: 30 };

function member(name: string, port = 8301): SerfMember {
  const address = { ip: Uint8Array.of(127, 0, 0, 1), port };
  return { name, address, meta: new Uint8Array(0), versionBytes: null, status: 'alive', statusLTime: 1 };
}

interface MemberRig {
  readonly told: string[];
  add(nowMs: number, type: MemberEventType, ...names: string[]): void;
  runTo(nowMs: number): void;
  readonly coalescer: MemberCoalescer;
  readonly timers: Timers;
}

function members(): MemberRig {
  const timers = new Timers();
  const told: string[] = [];
  let nowMs = 0;
  const coalescer = new MemberCoalescer(SETTINGS, timers, ({ type, members: of }) =>
    told.push(`${nowMs} ${type} ${of.map(({ name }) => name).join(' ')}`),
  );
  const runTo = (atMs: number): void => {
    for (let next = timers.nextMs; next !== null && next <= atMs; next = timers.nextMs) {
      nowMs = next;
      timers.runDue(next);
    }
    nowMs = atMs;
  };
  const add = (atMs: number, type: MemberEventType, ...names: string[]): void => {
    runTo(atMs);
    coalescer.add({ kind: 'members', type, members: names.map((name) => member(name)) }, atMs);
  };
  return { told, add, runTo, coalescer, timers };
}

test('one event of each type with all members, after the quiet time', () => {
  const { told, add, runTo, timers } = members();
  add(0, 'join', 'a');
  add(5, 'join', 'b', 'c');
  add(9, 'failed', 'd');
  runTo(18);
  assert.deepEqual(told, []);
  runTo(100);
  assert.deepEqual(told, ['19 join a b c', '19 failed d']);
  assert.equal(timers.nextMs, null);
});

test('events that never pause are told after the longest time, counted from the first', () => {
  const { told, add, runTo } = members();
  for (let atMs = 0; atMs <= 36; atMs += 6) add(atMs, 'join', `n${atMs}`);
  runTo(100);
  assert.deepEqual(told, ['30 join n0 n6 n12 n18 n24', '46 join n30 n36']);
});

test('of a member only the last event counts, and what was told last is not told again', () => {
  const { told, add, runTo } = members();
  add(0, 'join', 'a', 'b');
  runTo(50);
  add(60, 'failed', 'a');
  add(61, 'join', 'a');
  add(62, 'leave', 'b');
  runTo(100);
  assert.deepEqual(told, ['10 join a b', '72 leave b']);
});

test('updates are always told', () => {
  const { told, add, runTo } = members();
  add(0, 'update', 'a');
  runTo(50);
  add(60, 'update', 'a');
  runTo(100);
  assert.deepEqual(told, ['10 update a', '70 update a']);
});

test('a member that was reaped may join as a new one, and is told with its newest state', () => {
  const { told, add, runTo, timers } = members();
  for (const [atMs, type] of [
    [0, 'join'],
    [20, 'failed'],
    [40, 'reap'],
    [60, 'join'],
  ] as const)
    add(atMs, type, 'a');
  runTo(100);
  assert.deepEqual(told, ['10 join a', '30 failed a', '50 reap a', '70 join a']);
  const seen: number[] = [];
  const coalescer = new MemberCoalescer(SETTINGS, timers, (event) =>
    seen.push(...event.members.map(({ address }) => address.port)),
  );
  for (const port of [1, 2]) coalescer.add({ kind: 'members', type: 'update', members: [member('a', port)] }, 200);
  timers.runDue(210);
  assert.deepEqual(seen, [2]);
});

test('a flush tells at once and leaves no timer behind', () => {
  const { told, add, coalescer, timers } = members();
  add(0, 'join', 'a');
  coalescer.flush();
  assert.deepEqual(told, ['0 join a']);
  assert.equal(timers.nextMs, null);
  coalescer.flush();
  assert.equal(told.length, 1);
});

test('more members than are gathered are told early', () => {
  const { told, add, timers } = members();
  add(0, 'join', ...Array.from({ length: 4096 }, (_, i) => `n${i}`));
  assert.equal(told.length, 1);
  assert.equal(timers.nextMs, null);
});

interface UserRig {
  readonly told: string[];
  readonly timers: Timers;
  add(nowMs: number, name: string, lTime: number | bigint, payload: string, canCoalesce?: boolean): void;
}

function userEvents(): UserRig {
  const timers = new Timers();
  const told: string[] = [];
  const coalescer = new UserEventCoalescer(SETTINGS, timers, ({ name, lTime, payload }) =>
    told.push(`${name} ${lTime} ${Buffer.from(payload ?? []).toString()}`),
  );
  return {
    told,
    timers,
    add(nowMs, name, lTime, payload, canCoalesce = true) {
      coalescer.add({ kind: 'userEvent', name, lTime, payload: Buffer.from(payload), canCoalesce }, nowMs);
    },
  };
}

test('of user events of a name only the newest are told: all of the highest time', () => {
  const { told, timers, add } = userEvents();
  add(0, 'deploy', 5, 'old');
  add(1, 'deploy', 7, 'x');
  add(2, 'deploy', 6, 'late');
  add(3, 'deploy', 7, 'y');
  add(4, 'other', 1, 'z');
  timers.runDue(13);
  assert.deepEqual(told, []);
  timers.runDue(14);
  assert.deepEqual(told, ['deploy 7 x', 'deploy 7 y', 'other 1 z']);
  add(20, 'deploy', 2, 'next window');
  timers.runDue(30);
  assert.equal(told.at(-1), 'deploy 2 next window');
});

test('an event whose sender forbids it is not held back', () => {
  const { told, timers, add } = userEvents();
  add(0, 'deploy', 5, 'now', false);
  assert.deepEqual(told, ['deploy 5 now']);
  assert.equal(timers.nextMs, null);
});

test('times above 2^53 are compared exactly', () => {
  const { told, timers, add } = userEvents();
  add(0, 'a', 9007199254740993n, 'x');
  add(0, 'a', 9007199254740992n, 'y');
  add(0, 'a', 9007199254740991, 'z');
  timers.runDue(10);
  assert.deepEqual(told, ['a 9007199254740993 x']);
});

test('made-up names and equal times cannot fill the memory', () => {
  const { told, add } = userEvents();
  for (let i = 0; i < 4096; i += 1) add(0, i % 2 === 0 ? `n${i}` : 'same', 1, '');
  assert.equal(told.length, 4096);
});
