import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  aliveLine,
  clockLine,
  compactedSnapshot,
  eventClockLine,
  hasLeaveLine,
  LEAVE_LINE,
  notAliveLine,
  parseSnapshot,
  queryClockLine,
  type RestoredSnapshot,
} from '../../../../../src/main/gossip/serf/pool/snapshot.js';
import { readVectors } from '../vectors.js';

interface Case {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly rejoinAfterLeave: boolean;
  readonly restored: {
    readonly alive: { readonly [name: string]: string };
    readonly clock: number;
    readonly eventClock: number;
    readonly queryClock: number;
  };
}

function parse(text: string, keepsAfterLeave = false): RestoredSnapshot {
  return parseSnapshot(Buffer.from(text), keepsAfterLeave);
}

function compacted(state: RestoredSnapshot): string {
  return [...compactedSnapshot(state)].join('');
}

function shown({ members, ...clocks }: RestoredSnapshot): object {
  return { alive: Object.fromEntries(members.map(({ name, address }) => [name, address])), ...clocks };
}

/** What happened in the recorded cases after the start, as lines. */
const APPENDED: { readonly [name: string]: string } = {
  'joins, failure, update, clocks':
    aliveLine('node1', '10.0.0.1:7946') +
    aliveLine('node 2', '[2001:db8::2]:7947') +
    clockLine(4) +
    clockLine(9) +
    eventClockLine(5) +
    queryClockLine(2) +
    notAliveLine('node1'),
  'graceful leave': LEAVE_LINE + clockLine(20),
  'restart after a leave': '',
  'restart after a leave with rejoin': '',
  'odd lines': '',
};

test('recorded files are restored as recorded, and the lines we write are the recorded ones', () => {
  const { cases } = readVectors<Case>('snapshot');
  assert.equal(cases.length, 6);
  for (const { name, before, after, rejoinAfterLeave, restored } of cases) {
    const read = parse(before, rejoinAfterLeave);
    assert.deepEqual(shown(read), restored, name);
    if (name === 'compaction') assert.equal(compacted({ ...read, eventClock: 6 }) + clockLine(20), after);
    else assert.equal(before + APPENDED[name], after, name);
  }
});

test('a member that came back has its last place, and the last clock counts', () => {
  const text = `${aliveLine('a', '1:1')}${aliveLine('b', '2:2')}${aliveLine('a', '3:3')}${clockLine(9)}${clockLine(7)}`;
  assert.deepEqual(parse(text), {
    members: [
      { name: 'a', address: '3:3' },
      { name: 'b', address: '2:2' },
    ],
    clock: 7,
    eventClock: 0,
    queryClock: 0,
  });
});

test('what comes after a leave counts again', () => {
  const text = `${aliveLine('a', '1:1')}${clockLine(9)}${LEAVE_LINE}${aliveLine('b', '2:2')}`;
  assert.deepEqual(parse(text), {
    members: [{ name: 'b', address: '2:2' }],
    clock: 0,
    eventClock: 0,
    queryClock: 0,
  });
});

test('clocks keep all 64 bits; more than that is no clock', () => {
  assert.equal(parse(clockLine(18446744073709551615n)).clock, 18446744073709551615n);
  assert.equal(parse('clock: 18446744073709551616\n').clock, 0);
  assert.equal(parse('clock: -1\nclock: 0x10\nclock: \nclock:5\n').clock, 0);
});

test('a name cannot bring lines of its own', () => {
  assert.equal(aliveLine('a\nleave\nb', '1:1'), '');
  assert.equal(notAliveLine('a\nleave'), '');
});

test('a leave is found among other lines, but not in a name', () => {
  assert.ok(hasLeaveLine(LEAVE_LINE));
  assert.ok(hasLeaveLine(clockLine(1) + LEAVE_LINE + clockLine(2)));
  for (const name of ['leave', 'a\u2028leave', 'a\rleave']) assert.ok(!hasLeaveLine(notAliveLine(name)), name);
});

test('a file can name only so many members', () => {
  let text = '';
  for (let i = 0; i < 131_080; i += 1) text += aliveLine(`n${i}`, '1:1');
  assert.equal(parse(text + aliveLine('n5', '2:2')).members.length, 131_072);
});

test('a line longer than any member needs is passed over', () => {
  const text = aliveLine('x'.repeat(1_000_000), '1:1') + aliveLine('n'.repeat(8000), '2:2') + clockLine(3);
  const { members, clock } = parse(text);
  assert.deepEqual([members.map(({ name }) => name.length), clock], [[8000], 3]);
});

test('any state survives compaction, and of a file cut anywhere the whole lines count', () => {
  const name = fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\n'));
  const clock = fc.nat();
  const plain = { noNullPrototype: true };
  const member = fc.record({ name, address: fc.constant('[::1]:8301') }, plain);
  const members = fc.uniqueArray(member, { selector: (m) => m.name });
  const states = fc.record({ members, clock, eventClock: clock, queryClock: clock }, plain);
  fc.assert(
    fc.property(states, fc.double({ min: 0, max: 1, noNaN: true }), (state, cut) => {
      const text = compacted(state);
      assert.deepEqual(parse(text), state);
      const bytes = Buffer.from(text);
      const part = bytes.subarray(0, Math.floor(bytes.length * cut));
      const whole = part.subarray(0, part.lastIndexOf('\n') + 1);
      assert.deepEqual(parseSnapshot(part, false), parseSnapshot(whole, false));
    }),
  );
});

test('no content makes it throw', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
      parseSnapshot(Buffer.from(bytes), true);
    }),
  );
});
