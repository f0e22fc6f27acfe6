import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { labelsOf } from '../../../../../src/workers/state/dns/message/name.js';
import { readPacket } from '../../../../../src/workers/state/dns/message/query.js';
import { query, questionPacket } from './message.js';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
const question = '027078046e6f646506636f6e73756c00 0001 0001';

test('what is no question is told apart', () => {
  const cases: readonly (readonly [string, string, number?])[] = [
    ['', 'ignore'],
    ['1234 0100 0001 00', 'ignore'],
    [`1234 8180 0001 0000 0000 0000 ${question}`, 'ignore'],
    ['1234 0100 0001 0000 0000 0000', 'refusal', 5],
    ['0000 0000 0000 0000 0000 0000', 'refusal', 1],
    [`1234 0100 0002 0000 0000 0000 ${question}`, 'refusal', 1],
    [`1234 0100 0001 0002 0000 0000 ${question}`, 'refusal', 1],
    [`1234 0100 0001 0000 0000 0003 ${question}`, 'refusal', 1],
    [`1234 1100 0001 0000 0000 0000 ${question}`, 'refusal', 4],
    [`1234 2900 0001 0000 0000 0000 ${question}`, 'refusal', 4],
    ['1234 0100 0001 0000 0000 0000 0270', 'refusal', 1],
    ['1234 0100 0001 0000 0000 0000 8002 7078 00 0001 0001', 'refusal', 1],
    ['1234 0100 0001 0000 0000 0000 c00c 0001 0001', 'refusal', 1],
    ['1234 0100 0001 0000 0000 0000 c1ff 0001 0001', 'refusal', 1],
    [`1234 0100 0001 0000 0000 0001 ${question} 00 0029 1000 00000000 0004 0008`, 'refusal', 1],
    [`1234 0100 0001 0000 0000 0001 ${question} 00 0029 1000 00000000 0004 0008 0009`, 'refusal', 1],
    // Four labels of 63 bytes make a name longer than 255.
    [`1234 0100 0001 0000 0000 0000 ${`3f${'61'.repeat(63)}`.repeat(4)}00 0001 0001`, 'refusal', 1],
  ];
  for (const [text, kind, rcode] of cases) {
    const read = readPacket(hex(text));
    assert.equal(read.kind, kind, text);
    if (read.kind === 'refusal') assert.equal(read.rcode, rcode, text);
  }
});

test('a question is read with its EDNS, and without what follows', () => {
  const read = query({ name: 'Px.node.consul', type: 'SRV', edns: 1400 });
  assert.equal(read.type, 33);
  assert.equal(read.hasUpperCase, true);
  assert.deepEqual(read.edns, { udpSize: 1400, subnet: null });
  const trailing = readPacket(Buffer.concat([questionPacket({ name: 'px.consul', type: 'A' }), Buffer.from('junk')]));
  assert.ok(trailing.kind === 'query');
  assert.equal(trailing.edns, null);
});

test('a client subnet comes along', () => {
  const option = '0008 0007 0001 18 00 0a6401';
  const read = readPacket(hex(`1234 0100 0001 0000 0000 0001 ${question} 00 0029 1000 00000000 000b ${option}`));
  assert.ok(read.kind === 'query');
  assert.deepEqual([...(read.edns?.subnet ?? [])], [0, 1, 0x18, 0, 10, 0x64, 1]);
});

test('a name with a pointer is read in full', () => {
  // The header's bytes 4 and 5 are 0 and 1: a pointer to 5 reads one label of one byte, the 0 of the next count.
  const read = readPacket(hex('1234 0100 0001 0000 0000 0000 01 61 c004 0001 0001'));
  assert.ok(read.kind === 'query');
  assert.deepEqual(labelsOf(read.packet.subarray(12, read.questionEnd - 4)), ['a']);
  assert.equal(read.type, 1);
  assert.deepEqual([...read.packet.subarray(12, read.questionEnd)], [1, 0x61, 0, 0, 1, 0, 1]);
});

test('labels keep their dots and odd bytes as escapes', () => {
  assert.deepEqual(labelsOf(hex('05 706c612e69 03 c3a420 00')), ['pla\\.i', '\\195\\164\\ ']);
});

test('no bytes break the reader', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: 'max' }), (bytes) => {
      const packet = Buffer.from(bytes);
      if (packet.length > 2) packet[2] = (packet[2] ?? 0) & 0x7f;
      const read = readPacket(packet);
      assert.ok(read.kind === 'ignore' || read.kind === 'refusal' || read.questionEnd <= read.packet.length);
    }),
    { numRuns: 2000 },
  );
});

test('no damage to a good question breaks the reader', () => {
  const good = questionPacket({ name: 'web.service.consul', type: 'SRV', edns: 4096 });
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { maxLength: 4 }),
      fc.nat(good.length),
      (edits, cut) => {
        const packet = Buffer.from(good.subarray(0, cut));
        for (const [at, byte] of edits) if (at < packet.length) packet[at] = byte;
        const read = readPacket(packet);
        assert.ok(read.kind !== 'query' || read.questionEnd <= read.packet.length);
      },
    ),
    { numRuns: 3000 },
  );
});
